import { expect } from 'chai';
import * as fc from 'fast-check';
import { identify } from '../../../src/identity/identify.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { COOKIE_PARSERS } from './cookie-parsers.ts';
import { sourceAt, withCookies, withJoinedCookies } from './request.ts';
import { stripped } from './strip.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['RUNS'] ?? 5_000);

const NAME = 'my_sid';
const SOURCE = sourceAt(cookiePlace(NAME));
const VALUES = ['one', 'two', 'three', 'four'];

const own = fc
  .tuple(
    fc.constantFrom(NAME, NAME, NAME, 'MY_SID', 'my.sid', '%6dy_sid', 'my_sid '),
    fc.constantFrom(...VALUES),
    fc.constantFrom(
      (value: string) => value,
      (value: string) => `"${value}"`,
      (value: string) => value.replace('o', '%6f'),
    ),
  )
  .map(([name, value, spelled]) => `${name}=${spelled(value)}`);
const other = fc.constantFrom('a=1', 'b="x y"', 'c=\xe9\xff', 'd=%22', 'sid=7', 'my_sid_x=8');
const pairs = fc.array(fc.oneof({ weight: 2, arbitrary: own }, other), {
  minLength: 2,
  maxLength: 8,
});

describe(`stripCredentials: values that have ended (seed ${seed})`, () => {
  it('leaves exactly the other values and all other cookies, in their order', () => {
    let several = 0;
    fc.assert(
      fc.property(pairs, fc.subarray(VALUES), fc.nat(8), fc.boolean(), (all, ended, at, joined) => {
        const lines = [all.slice(0, at), all.slice(at)]
          .filter((part) => part.length > 0)
          .map((part) => part.join('; '));
        const facts = joined ? withJoinedCookies(lines.join('; ')) : withCookies(...lines);
        const before = identify([SOURCE], facts);
        if (before.kind !== 'several') return;
        several += 1;
        const credentials = new Set(ended);
        const kept = { sources: [SOURCE], except: { source: SOURCE, credentials } };
        const after = stripped([], facts, kept);

        const isEnded = (pair: string): boolean => {
          const answer = identify([SOURCE], withCookies(`${NAME}=x; ${pair}`));
          return answer.kind === 'several' && ended.includes(answer.values[1]?.credential ?? '');
        };
        const line = after.headers.map(({ value }) => value).join('; ');
        const stay = all.filter((pair) => !isEnded(pair));
        expect(line.split('; ')).to.deep.equal(stay.length === 0 ? [''] : stay);
        for (const parser of COOKIE_PARSERS) {
          const read = parser.credentialFor(parser.read(line, NAME) ?? '');
          expect(ended, `${parser.name} of ${line}`).not.to.include(read);
        }
      }),
      { seed, numRuns },
    );
    expect(several, 'lines with several values, else this proves nothing').to.be.above(numRuns / 4);
  });
});
