import { expect } from 'chai';
import {
  bearerSource,
  cookieSource,
  headerSource,
  jwtPlace,
  request,
  sourceAt,
  withCookies,
  withJoinedCookies,
} from './request.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { strip } from './strip.ts';

const SID = cookieSource('sid');
const NOTHING = { set: [], remove: [] };

describe('stripCredentials: cookies', () => {
  const table: readonly (readonly [line: string, left: string])[] = [
    ['a=1; sid=abc; b=2', 'a=1; b=2'],
    ['sid=abc; a=1', 'a=1'],
    ['a=1;sid=abc;b=2', 'a=1; b=2'],
    ['a=1; sid=abc; sid=def; b=2', 'a=1; b=2'],
    ['a=1; sid=; b=2', 'a=1; b=2'],
    ['a=1; sid="abc"; b=2', 'a=1; b=2'],
    ['a=1; sid =abc; b=2', 'a=1; b=2'],
    ['a=1; %73id=abc; b=2', 'a=1; b=2'],
    ['a=1, sid=abc; b=2', 'a=1; b=2'],
    ['a=1 sid=abc; b=2', 'a=1; b=2'],
    ['sid=abc,def; b=2', 'b=2'],
    ['a="x y"; sid=abc; b=%22; c=\xe9', 'a="x y"; b=%22; c=\xe9'],
    ['xsid=1; sid=abc; SID=2', 'xsid=1'],
    ['a=1; SID=abc; b=2', 'a=1; b=2'],
    ['a=1; sid.0=abc; sid.1=def; SID_2=x; b=2', 'a=1; b=2'],
    ['a=1; sidC1=abc; sid_chunks=2; b=2', 'a=1; b=2'],
    ['sid.sig=1; sid_theme=2; sid=abc; sidC=3', 'sid.sig=1; sid_theme=2; sidC=3'],
  ];
  for (const [line, left] of table) {
    it(`leaves ${JSON.stringify(left)} of ${JSON.stringify(line)}`, () => {
      const expected = { set: [['cookie', left]], remove: [] };
      expect(strip([SID], withCookies(line))).to.deep.equal(expected);
    });
  }

  it('removes the header when nothing else is in it', () => {
    const expected = { set: [], remove: ['cookie'] };
    expect(strip([SID], withCookies('sid=abc'))).to.deep.equal(expected);
    expect(strip([SID], withCookies(' sid=abc; '))).to.deep.equal(expected);
    expect(strip([SID], withCookies('sid=abc', 'sid=def'))).to.deep.equal(expected);
  });

  it('changes nothing when the cookie is not there', () => {
    expect(strip([SID], withCookies('a=1; b=2'))).to.deep.equal(NOTHING);
    expect(strip([SID], withCookies())).to.deep.equal(NOTHING);
  });

  it('joins the rest of several lines into one, which replaces them all', () => {
    expect(strip([SID], withCookies('a=1; sid=abc', 'b=2'))).to.deep.equal({
      set: [['cookie', 'a=1; b=2']],
      remove: [],
    });
  });

  it('separates the lines that Envoy has joined in the map form', () => {
    const facts = withJoinedCookies('a=1; sid=abc', 'b=2; c=3', 'd=4');
    expect(strip([SID], facts)).to.deep.equal({
      set: [['cookie', 'a=1; b=2; c=3; d=4']],
      remove: [],
    });
  });

  it('leaves commas alone in the raw form', () => {
    expect(strip([SID], withCookies('a=1,b=2; sid=abc'))).to.deep.equal({
      set: [['cookie', 'a=1,b=2']],
      remove: [],
    });
  });

  it('takes the cookies of several sources at once', () => {
    const sources = [SID, cookieSource('other'), sourceAt(jwtPlace({ in: cookiePlace('jwt') }))];
    expect(strip(sources, withCookies('a=1; jwt=x; sid=y; other=z'))).to.deep.equal({
      set: [['cookie', 'a=1']],
      remove: [],
    });
  });

  it('passes on no control character', () => {
    const [pair] = strip([SID], withCookies('a=1\r\nx: y\0\t; sid=abc')).set;
    expect(pair?.[1]).to.match(/^[ -~]+$/);
  });

  it('removes all cookies when there are too many bytes to be searched', () => {
    const facts = withCookies('sid=abc', `a=${'x'.repeat(65_536)}`);
    expect(strip([SID], facts)).to.deep.equal({ set: [], remove: ['cookie'] });
  });
});

describe('stripCredentials: headers', () => {
  it('removes a header and its twins, by the names that the request has', () => {
    const facts = request([
      ['x-session', 'abc'],
      ['x_session', 'def'],
      ['x-other', 'ghi'],
    ]);
    expect(strip([headerSource('x-session')], facts)).to.deep.equal({
      set: [],
      remove: ['x-session', 'x_session'],
    });
  });

  for (const authorization of [
    'Bearer abc',
    'bearer "abc"',
    'Bearer a,Basic b',
    'Basic b,Bearer a',
    'abc',
  ]) {
    it(`removes ${authorization}`, () => {
      const facts = request([['authorization', authorization]]);
      const expected = { set: [], remove: ['authorization'] };
      expect(strip([bearerSource()], facts)).to.deep.equal(expected);
      expect(strip([sourceAt(jwtPlace())], facts)).to.deep.equal(expected);
    });
  }

  it('removes a header once, of however many sources', () => {
    const facts = request([['authorization', 'Bearer abc']]);
    expect(strip([bearerSource(), sourceAt(jwtPlace())], facts)).to.deep.equal({
      set: [],
      remove: ['authorization'],
    });
  });

  it('leaves another authorization scheme to the application', () => {
    const facts = request([['authorization', 'Basic YTpi']]);
    expect(strip([bearerSource()], facts)).to.deep.equal(NOTHING);
  });

  it('keeps the place of the credential that was judged, even if another source is configured for it', () => {
    const judged = sourceAt(jwtPlace(), { name: 'api' });
    const facts = request([
      ['authorization', 'Bearer abc'],
      ['x-session', 'def'],
    ]);
    const sources = [bearerSource({ name: 'opaque' }), headerSource('x-session')];
    expect(strip(sources, facts, { sources: [judged] })).to.deep.equal({
      set: [],
      remove: ['x-session'],
    });
  });

  it('removes the credential of another name at a place of the same kind', () => {
    const facts = request([
      ['x-session', 'abc'],
      ['x-other', 'def'],
      ['cookie', 'sid=abc; other=def'],
    ]);
    const headers = [headerSource('x-session'), headerSource('x-other')];
    expect(strip(headers, facts, { sources: [headerSource('x-session')] })).to.deep.equal({
      set: [],
      remove: ['x-other'],
    });
    const cookies = [cookieSource('sid'), cookieSource('other')];
    expect(strip(cookies, facts, { sources: [cookieSource('sid')] })).to.deep.equal({
      set: [['cookie', 'sid=abc']],
      remove: [],
    });
  });
});
