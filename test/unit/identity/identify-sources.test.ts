import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { bearerSource, cookieSource, headerSource, request } from './request.ts';

const COOKIE = cookieSource('sid', { name: 'web' });
const BEARER = bearerSource({ name: 'api' });
const HEADER = headerSource('x-session', { name: 'app' });
const ALL = [COOKIE, BEARER, HEADER];

describe('identify: several sources', () => {
  it('finds the one credential, of whatever source', () => {
    expect(identify(ALL, request([['x-session', 'abc']]))).to.deep.equal({
      kind: 'found',
      source: HEADER,
      credential: 'abc',
    });
  });

  it('is absent with no source at all', () => {
    expect(identify([], request([['cookie', 'sid=abc']])).kind).to.equal('absent');
  });

  it('does not read sources that are not admitted', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Bearer def'],
    ]);
    expect(identify([COOKIE], facts)).to.include({ credential: 'abc' });
    expect(identify([BEARER], facts)).to.include({ credential: 'def' });
  });

  it('is ambiguous when two sources find a credential, even the same one', () => {
    for (const other of ['def', 'abc']) {
      const facts = request([
        ['cookie', 'sid=abc'],
        ['authorization', `Bearer ${other}`],
      ]);
      expect(identify(ALL, facts)).to.deep.equal({ kind: 'ambiguous', source: undefined });
    }
  });

  it('stays malformed when another source finds a well-formed credential, in either order', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Bearer a b'],
    ]);
    const malformed = { kind: 'malformed', source: BEARER, cause: 'not_bearer' };
    expect(identify([COOKIE, BEARER], facts)).to.deep.equal(malformed);
    expect(identify([BEARER, COOKIE], facts)).to.deep.equal(malformed);
  });

  it('is ambiguous when one finds a credential and another several', () => {
    const facts = request([
      ['cookie', 'sid=abc; sid=def'],
      ['authorization', 'Bearer abc'],
    ]);
    const between = { kind: 'ambiguous', source: undefined };
    expect(identify([BEARER, COOKIE], facts)).to.deep.equal(between);
    expect(identify([COOKIE, BEARER], facts)).to.deep.equal(between);
  });

  it('stays ambiguous within one source when another finds a well-formed credential', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Bearer abc,Bearer def'],
    ]);
    const within = { kind: 'ambiguous', source: BEARER };
    expect(identify([BEARER, COOKIE], facts)).to.deep.equal(within);
    expect(identify([COOKIE, BEARER], facts)).to.deep.equal(within);
  });

  it('finds a cookie beside another authorization scheme', () => {
    const facts = request([
      ['cookie', 'sid=abc'],
      ['authorization', 'Basic YTpi'],
    ]);
    expect(identify(ALL, facts)).to.include({ credential: 'abc' });
  });
});
