import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { bearerSource, cookieSource, headerSource, request } from './request.ts';

const COOKIE = cookieSource('sid', { name: 'web' });
const BEARER = bearerSource({ name: 'api' });
const HEADER = headerSource('x-session', { name: 'app' });
const ALL = [COOKIE, BEARER, HEADER];

describe('identify: several sources', () => {
  it('finds the one credential, whichever source it is of', () => {
    expect(identify(ALL, request([['x-session', 'abc']]))).to.deep.equal({
      kind: 'found',
      source: HEADER,
      credential: 'abc',
    });
  });

  it('is absent with no source at all', () => {
    expect(identify([], request([['cookie', 'sid=abc']])).kind).to.equal('absent');
  });

  it('does not look at sources that are not admitted', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Bearer def'],
    ]);
    expect(identify([COOKIE], facts)).to.include({ credential: 'abc' });
    expect(identify([BEARER], facts)).to.include({ credential: 'def' });
  });

  it('is ambiguous when two of them find a credential, also the same one', () => {
    for (const other of ['def', 'abc']) {
      const facts = request([
        ['cookie', 'sid=abc'],
        ['authorization', `Bearer ${other}`],
      ]);
      expect(identify(ALL, facts).kind).to.equal('ambiguous');
    }
  });

  it('is not saved by a well-formed credential from a malformed one, in either order', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Bearer a b'],
    ]);
    expect(identify([COOKIE, BEARER], facts)).to.deep.equal({ kind: 'malformed', source: BEARER });
    expect(identify([BEARER, COOKIE], facts)).to.deep.equal({ kind: 'malformed', source: BEARER });
  });

  it('is not saved by a well-formed credential from an ambiguous one', () => {
    const facts = request([
      ['cookie', 'sid=abc; sid=def'],
      ['authorization', 'Bearer abc'],
    ]);
    expect(identify([BEARER, COOKIE], facts).kind).to.equal('ambiguous');
  });

  it('finds a cookie beside another authorization scheme', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Basic YTpi'],
    ]);
    expect(identify(ALL, facts)).to.include({ credential: 'abc' });
  });
});
