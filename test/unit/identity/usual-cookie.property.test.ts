import { expect } from 'chai';
import * as fc from 'fast-check';
import { readCookie } from '../../../src/identity/read-cookie.ts';
import { scanCookies } from '../../../src/identity/scan-cookies.ts';
import { usualValueStart } from '../../../src/identity/usual-cookie.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { factsOf } from '../../support/requests/judged-request.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['RUNS'] ?? 10_000);

const NAMES = ['sid', '__Host-sid', 'ci_session', 's'] as const;
const BYTES = fc.string({
  unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 6,
});
const OTHERS = [
  'theme',
  'xsid',
  'sidx',
  'si',
  'ci.session',
  'ci[session',
  'ci session',
  's%69d',
  'a[0',
  '"sid"',
  'SID',
  'sid_0',
  'sid-12',
  'sidC1',
  'sid_chunks',
  'sid_x',
  'sid.0',
];
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES, ...OTHERS) },
  { weight: 1, arbitrary: BYTES },
);
const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'b.c+%2f', '', 'sid', 'x sid', 'sid=a', 'a==', ' '),
  },
  { weight: 1, arbitrary: BYTES },
);
const oddPair = fc
  .tuple(name, fc.constantFrom('=', '=', '=', '=', ' =', ''), value)
  .map((parts) => parts.join(''));
const usualPair = fc
  .tuple(
    fc.constantFrom(...NAMES, ...NAMES, 'theme', 'xsid', 'sid_x', 'Sid', 'S_1'),
    fc.constantFrom('a', 'b.c+%2f', '', 'x sid'),
  )
  .map((parts) => parts.join('='));
const pair = fc.oneof({ weight: 6, arbitrary: usualPair }, { weight: 1, arbitrary: oddPair });
const separator = fc.oneof(
  { weight: 20, arbitrary: fc.constant('; ') },
  { weight: 1, arbitrary: fc.constantFrom(';', ';  ', ',', ' ', ';\t') },
);
const line = fc
  .array(fc.tuple(separator, pair), { maxLength: 5 })
  .map((parts) => parts.map(([before, each], i) => (i === 0 ? each : before + each)).join(''));

const cookie = (...lines: readonly string[]) =>
  factsOf({ headers: lines.map((each) => ({ name: 'cookie', value: each })) });

describe(`cookies of a usual line (seed ${seed})`, () => {
  it('are exactly where the scan of every character finds them', () => {
    const seen = { absent: 0, unusual: 0, found: 0 };
    fc.assert(
      fc.property(line, fc.constantFrom(...NAMES), (sent, wanted) => {
        const start = usualValueStart(sent, wanted);
        seen[typeof start === 'number' ? 'found' : start] += 1;
        if (start === 'unusual') return;
        const { occurrences } = scanCookies(sent, cookiePlace(wanted));
        const starts = occurrences.map(({ valueStart }) => valueStart);
        expect(starts).to.deep.equal(start === 'absent' ? [] : [start]);
      }),
      { seed, numRuns },
    );
    // Control: the run has seen each of these.
    for (const count of Object.values(seen)) expect(count).to.be.above(numRuns / 20);
  });

  it('are read the same beside another line, when every character is scanned', () => {
    fc.assert(
      fc.property(line, fc.constantFrom(...NAMES), (sent, wanted) => {
        const beside = readCookie(cookie(sent, ''), cookiePlace(wanted), 4_096);
        expect(readCookie(cookie(sent), cookiePlace(wanted), 4_096)).to.deep.equal(beside);
      }),
      { seed, numRuns },
    );
  });

  it('are not more than a request may have', () => {
    const many = Array.from({ length: 1_000 }, () => 'a=').join(';');
    expect(readCookie(cookie(`${many};sid=x`), cookiePlace('sid'), 4_096)).to.include({
      kind: 'malformed',
    });
    expect(readCookie(cookie(`${many.slice(3)};sid=x`), cookiePlace('sid'), 4_096)).to.include({
      value: 'x',
    });
  });
});
