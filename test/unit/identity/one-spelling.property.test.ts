import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Identification } from '../../../src/identity/identification.ts';
import { identify } from '../../../src/identity/identify.ts';
import { COOKIE_PARSERS } from './cookie-parsers.ts';
import { cookieSource, withCookies } from './request.ts';

const NAME = 'my_sid';
const SOURCE = cookieSource(NAME);

/** Pieces of Cookie lines, chosen so that applications read them differently. */
const NAMES = [
  'my_sid',
  'my_sid ',
  'my.sid',
  'my sid',
  'my[sid',
  '%6dy_sid',
  'my_sid.0',
  'MY_SID',
  '\xa0my_sid',
  'x',
  '$Version',
];
const VALUES = [
  'dead',
  'fresh',
  '%64ead',
  '%2564ead',
  '"dead"',
  '"\\144ead"',
  'a+b',
  'a%20b',
  '1',
  '"',
  '',
];
const BETWEEN = ['; ', ';', ',', ' ', '\t', ' ; '];
const NOISE = ['=', '"', '\\', '%', ' ', '\xa0', '%3B', '="', 'my_sid', ',', ';'];

const pair = fc
  .tuple(fc.constantFrom('my_sid', ...NAMES), fc.constantFrom(...VALUES))
  .map(([name, value]) => `${name}=${value}`);
const piece = fc.oneof(
  { weight: 4, arbitrary: pair },
  { weight: 1, arbitrary: fc.constantFrom(...NOISE) },
);
const between = fc.oneof(
  { weight: 4, arbitrary: fc.constant('; ') },
  { weight: 2, arbitrary: fc.constantFrom(...BETWEEN) },
  { weight: 1, arbitrary: fc.constant('') },
);
const line = fc
  .array(fc.tuple(piece, between), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.flat().join(''));
const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

/** The credentials that are judged. */
function credentialsOf(answer: Identification): readonly string[] {
  if (answer.kind === 'found') return [answer.credential];
  return answer.kind === 'several' ? answer.values.map(({ credential }) => credential) : [];
}

describe(`one spelling per credential (seed ${seed})`, () => {
  for (const parser of COOKIE_PARSERS) {
    it(`is what an application with ${parser.name} reads, or no credential`, () => {
      let found = 0;
      fc.assert(
        fc.property(line, (text) => {
          const value = parser.read(text, NAME);
          const answer = identify([SOURCE], withCookies(text));
          if (value === undefined || parser.credentialFor(value) === '') return;
          // The application has a session: it must be judged, and it must be this one.
          expect(answer.kind, JSON.stringify(text)).not.to.equal('absent');
          const credentials = credentialsOf(answer);
          if (credentials.length === 0) return;
          found += 1;
          expect(credentials, JSON.stringify(text)).to.include(parser.credentialFor(value));
        }),
        { numRuns: 3_000, seed },
      );
      expect(found, 'lines with a credential, else this proves nothing').to.be.above(50);
    });
  }
});

describe(`hostile bytes (seed ${seed})`, () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  });

  it('never throw, and never name a credential with a character that is read in two ways', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), bytes, (lines, value) => {
        const answer = identify([SOURCE], withCookies(...lines, `${NAME}=x${value}`));
        expect(answer.kind).not.to.equal('absent');
        for (const credential of credentialsOf(answer)) {
          expect(credential).to.match(/^[!#$&(-[\]-~]+$/);
        }
      }),
      { numRuns: 2_000, seed, examples: [[[], 'a']] },
    );
  });

  // Quadratic work on 64 000 characters takes seconds; linear work about a millisecond.
  const hostile = [
    '=',
    ' ',
    ';',
    ',',
    ' =',
    '%',
    '%6',
    'my_sid ',
    'my_sid=',
    'my_sid= ',
    'my_sid=a ',
    'my ',
    '\xa0',
    '"',
    '.=',
  ];
  for (const bit of hostile) {
    it(`are read in linear time: 64 000 characters of ${JSON.stringify(bit)}`, function () {
      this.timeout(1_000);
      const text = bit.repeat(64_000 / bit.length);
      identify([SOURCE], withCookies(text));
      identify([SOURCE], withCookies(`${NAME}=${text}`));
    });
  }
});
