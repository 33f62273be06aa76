import { expect } from 'chai';
import * as fc from 'fast-check';
import { areHeaderTwins, twinSpelling } from '../../../src/terms/header-twin.ts';

const TWINS = [
  ['x-session', 'x-session'],
  ['x-session', 'x_session'],
  ['x-session', 'x.session'],
  ['x-9-z', 'x!9~z'],
  ['-', '_'],
] as const;
const STRANGERS = [
  ['x-session', 'xsession'],
  ['x-session', 'x--session'],
  ['x-session', 'x-sessiom'],
  ['x-session', 'x0session'],
  ['x9', 'x_'],
  ['xa', 'x-'],
  ['xz', 'x-'],
  ['x0', 'x-'],
] as const;

const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

describe('header twins', () => {
  for (const [one, other] of TWINS) {
    it(`are ${one} and ${other}, in either order`, () => {
      expect(areHeaderTwins(one, other)).to.equal(true);
      expect(areHeaderTwins(other, one)).to.equal(true);
    });
  }

  for (const [one, other] of STRANGERS) {
    it(`are not ${one} and ${other}, in either order`, () => {
      expect(areHeaderTwins(one, other)).to.equal(false);
      expect(areHeaderTwins(other, one)).to.equal(false);
    });
  }

  it(`are the names that a CGI server turns into one variable (seed ${seed})`, () => {
    const name = fc.stringMatching(/^[ab09_.!-]{1,4}$/);
    const variableOf = (sent: string): string =>
      `HTTP_${sent.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
    fc.assert(
      fc.property(name, name, (one, other) => {
        const isOneVariable = variableOf(one) === variableOf(other);
        expect(areHeaderTwins(one, other)).to.equal(isOneVariable);
        expect(twinSpelling(one) === twinSpelling(other)).to.equal(isOneVariable);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
