import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { stripCredentials } from '../../../src/identity/strip-credentials.ts';
import { inWords } from './answer.ts';
import { jwtPlace, request, sourceAt } from './request.ts';
import { strip } from './strip.ts';

const LIVE = { iss: 'https://idp.example.com', aud: 'api', sid: 'live', iat: 1_700_000_000 };
const DEAD = { ...LIVE, sid: 'dead', sub: 'zoë' };
const FORWARDED = ['x-jwt-payload', 'x-jwt-sub'];

const API = sourceAt(
  jwtPlace({
    verifiedBy: { kind: 'envoy', metadataKey: 'payload', forwardedHeaders: FORWARDED },
  }),
  { name: 'api' },
);

function token(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

interface Places {
  readonly bearer?: string;
  readonly path?: string;
  readonly payload?: unknown;
}

function facts({ bearer, path = '/', payload }: Places) {
  return request(bearer === undefined ? [] : [['authorization', `Bearer ${bearer}`]], {
    path,
    jwtMetadata: payload === undefined ? undefined : { payload },
  });
}

function read(places: Places): string {
  return inWords(identify([API], facts(places)));
}

const inQuery = (claims: unknown) => `/?a=1&access_token=${token(claims)}`;

describe('identify: a second token beside the one that Envoy has verified', () => {
  it('is ambiguous when the token at the place is not the verified one', () => {
    expect(read({ bearer: token(DEAD), payload: LIVE })).to.equal('ambiguous');
    expect(read({ bearer: token(DEAD), payload: DEAD })).to.equal('payload');
  });

  it('is ambiguous when another one is in the query, where jwt_authn looks, too', () => {
    expect(read({ path: inQuery(DEAD), payload: LIVE })).to.equal('ambiguous');
    expect(read({ path: inQuery(DEAD), bearer: token(LIVE), payload: LIVE })).to.equal('ambiguous');
    expect(read({ path: inQuery(DEAD), bearer: token(LIVE), payload: DEAD })).to.equal('ambiguous');
    expect(read({ path: `${inQuery(LIVE)}&access_token=${token(DEAD)}`, payload: LIVE })).to.equal(
      'ambiguous',
    );
    for (const [sent, escaped] of [
      ['.', '%2E'],
      ['_', '%5F'],
    ] as const) {
      const path = inQuery(DEAD).replaceAll(sent, escaped);
      expect(read({ path, bearer: token(LIVE), payload: LIVE }), path).to.equal('ambiguous');
    }
  });

  it('is the same session when it is the same token', () => {
    expect(read({ path: inQuery(DEAD), payload: DEAD })).to.equal('payload');
    expect(read({ path: inQuery(LIVE), bearer: token(LIVE), payload: LIVE })).to.equal('payload');
  });

  for (const name of ['iss', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time']) {
    it(`is another one when only its ${name} differs`, () => {
      const other = token({ ...LIVE, [name]: 'other' });
      expect(read({ bearer: other, payload: LIVE })).to.equal('ambiguous');
    });
  }

  it('may have claims that Envoy rewrites', () => {
    const sent = token({ ...LIVE, scope: 'a b', ext: { z: 1, a: 2 } });
    const payload = { ...LIVE, scope: ['a', 'b'], ext: { a: 2, z: 1 } };
    expect(read({ bearer: sent, payload })).to.equal('payload');
  });

  it('is ambiguous when its claims cannot be read', () => {
    const bearer = `${token(LIVE).split('.')[0]}.AAAA.AAAA`;
    expect(read({ bearer, payload: LIVE })).to.equal('ambiguous');
    expect(read({ bearer: token([LIVE]), payload: LIVE })).to.equal('ambiguous');
  });

  it('is a matter of the application where it is of another issuer or not a token', () => {
    const foreign = inQuery({ ...DEAD, iss: 'https://other.example.com' });
    expect(read({ path: foreign, bearer: token(LIVE), payload: LIVE })).to.equal('payload');
    expect(read({ path: '/?access_token=opaque', payload: LIVE })).to.equal('payload');
    expect(read({ path: `/${inQuery(DEAD).slice(2)}`, payload: LIVE })).to.equal('payload');
  });

  it('is not looked for where Envoy has verified none', () => {
    expect(read({ path: inQuery(DEAD) })).to.equal('absent');
  });
});

describe('stripCredentials: a token that Envoy has verified', () => {
  it('goes with the headers that jwt_authn has made of it', () => {
    expect(strip([API], facts({ bearer: token(LIVE), payload: LIVE }))).to.deep.equal({
      set: [],
      remove: [...FORWARDED, 'authorization'],
    });
    expect(strip([API], facts({ payload: LIVE }))).to.deep.equal({ set: [], remove: FORWARDED });
  });

  it('keeps these headers where it is kept', () => {
    const other = sourceAt(
      jwtPlace({
        in: { kind: 'header', name: 'x-jwt' },
        verifiedBy: {
          kind: 'envoy',
          metadataKey: 'other',
          forwardedHeaders: ['x-jwt-sub', 'x-other-payload'],
        },
      }),
      { name: 'other' },
    );
    const kept = { sources: [API] };
    expect(strip([API, other], facts({ payload: LIVE }), kept)).to.deep.equal({
      set: [],
      remove: ['x-other-payload'],
    });
  });

  it('cannot be removed from the query', () => {
    const places = facts({ path: inQuery(LIVE), payload: LIVE });
    expect(stripCredentials([API], places)).to.deep.equal({ kind: 'in_target', source: API });
    expect(stripCredentials([API], places, { sources: [API] }).kind).to.equal('stripped');
    expect(stripCredentials([API], facts({ path: inQuery(LIVE) })).kind).to.equal('stripped');
  });
});
