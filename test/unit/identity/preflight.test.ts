import { expect } from 'chai';
import { carriesCredential, isPreflight } from '../../../src/identity/preflight.ts';
import { bearerSource, cookieSource, jwtPlace, request, sourceAt } from './request.ts';

const ORIGIN = ['origin', 'https://shop.example.com'] as const;
const METHOD = ['access-control-request-method', 'PUT'] as const;

describe('isPreflight', () => {
  it('is OPTIONS with an origin and a requested method', () => {
    expect(isPreflight(request([ORIGIN, METHOD], { method: 'OPTIONS' }))).to.equal(true);
  });

  const others: readonly (readonly [what: string, facts: ReturnType<typeof request>])[] = [
    ['another method', request([ORIGIN, METHOD])],
    ['another case of the method', request([ORIGIN, METHOD], { method: 'options' })],
    ['no origin', request([METHOD], { method: 'OPTIONS' })],
    ['no requested method', request([ORIGIN], { method: 'OPTIONS' })],
  ];
  for (const [what, facts] of others) {
    it(`is not a request with ${what}`, () => {
      expect(isPreflight(facts)).to.equal(false);
    });
  }
});

describe('carriesCredential', () => {
  const sources = [cookieSource('sid'), bearerSource(), sourceAt(jwtPlace())];
  const carrying: readonly (readonly [what: string, facts: ReturnType<typeof request>])[] = [
    ['a cookie', request([['cookie', 'sid=abc']])],
    ['a malformed cookie', request([['cookie', 'sid="abc"']])],
    ['an ambiguous cookie', request([['cookie', 'sid=abc; sid=def']])],
    ['a bearer token', request([['authorization', 'Bearer abc']])],
    ['two authorization lines', request([['authorization', 'Bearer a,Basic b']])],
    ['a payload that Envoy has verified', request([], { jwtMetadata: { payload: {} } })],
  ];
  for (const [what, facts] of carrying) {
    it(`sees ${what}`, () => {
      expect(carriesCredential(sources, facts)).to.equal(true);
    });
  }

  it('sees none in other cookies, other schemes, and empty values', () => {
    const facts = request([
      ['cookie', 'a=1; sid='],
      ['authorization', 'Basic YTpi'],
    ]);
    expect(carriesCredential(sources, facts)).to.equal(false);
    expect(carriesCredential([], request([['cookie', 'sid=abc']]))).to.equal(false);
  });
});
