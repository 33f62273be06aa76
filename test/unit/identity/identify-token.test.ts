import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { jwtPlace, request, sourceAt } from './request.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';

const HEADER = Buffer.from('{"alg":"ES256"}').toString('base64url');
const PAYLOAD = Buffer.from('{"sid":"s1"}').toString('base64url');
const TOKEN = `${HEADER}.${PAYLOAD}.AAAA`;
const KEYS = { kind: 'file', path: '/keys.json' } as const;
const BY_CURFEW = { kind: 'curfew', keys: KEYS, algorithms: [] } as const;

const verifiedHere = sourceAt(jwtPlace({ verifiedBy: BY_CURFEW }));
const verifiedByEnvoy = sourceAt(jwtPlace());

function bearer(token: string, jwtMetadata?: Record<string, unknown>) {
  return request([['authorization', `Bearer ${token}`]], { jwtMetadata });
}

describe('identify: a JWT that Curfew verifies', () => {
  it('is passed on with its source', () => {
    expect(identify([verifiedHere], bearer(TOKEN))).to.deep.equal({
      kind: 'token',
      source: verifiedHere,
      token: TOKEN,
    });
  });

  it('is found in a cookie and in a header of its own', () => {
    const cookie = cookiePlace('jwt');
    const inCookie = sourceAt(jwtPlace({ in: cookie, verifiedBy: BY_CURFEW }));
    const inHeader = sourceAt(
      jwtPlace({ in: { kind: 'header', name: 'x-jwt' }, verifiedBy: BY_CURFEW }),
    );
    expect(identify([inCookie], request([['cookie', `jwt=${TOKEN}`]]))).to.include({
      token: TOKEN,
    });
    expect(identify([inHeader], request([['x-jwt', TOKEN]]))).to.include({ token: TOKEN });
  });

  it('is absent where there is none', () => {
    expect(identify([verifiedHere], request([])).kind).to.equal('absent');
  });

  const malformed: readonly (readonly [what: string, token: string])[] = [
    ['an opaque token', 'abcdef'],
    ['two parts', `${HEADER}.${PAYLOAD}`],
    ['four parts', `${TOKEN}.AAAA`],
    ['five parts (encrypted)', `${TOKEN}.AAAA.AAAA`],
    ['an empty header', `.${PAYLOAD}.AAAA`],
    ['an empty payload', `${HEADER}..AAAA`],
    ['padding', `${HEADER}=.${PAYLOAD}.AAAA`],
    ['a trailing bit set in the signature', `${HEADER}.${PAYLOAD}.AB`],
    ['a trailing bit set in the payload', `${HEADER}.AB.AAAA`],
    ['the plain alphabet of base64', `${HEADER}.${PAYLOAD}.AA+/`],
    ['more than 16 384 bytes', `${HEADER}.${'A'.repeat(16_384)}.AAAA`],
  ];
  for (const [what, token] of malformed) {
    it(`is malformed with ${what}`, () => {
      expect(identify([verifiedHere], bearer(token)).kind).to.equal('malformed');
    });
  }

  it('may be longer than an opaque credential', () => {
    const token = `${HEADER}.${'A'.repeat(16_000)}.AAAA`;
    expect(identify([verifiedHere], bearer(token)).kind).to.equal('token');
  });
});

describe('identify: a JWT that Envoy has verified', () => {
  it('is its payload, even when Envoy has removed the token', () => {
    const jwtMetadata = { payload: { sid: 's1' } };
    const expected = { kind: 'payload', source: verifiedByEnvoy, claims: { sid: 's1' } };
    expect(identify([verifiedByEnvoy], request([], { jwtMetadata }))).to.deep.equal(expected);
    expect(identify([verifiedByEnvoy], bearer(TOKEN, jwtMetadata))).to.deep.equal(expected);
  });

  it('is absent without payload and token', () => {
    expect(identify([verifiedByEnvoy], request([])).kind).to.equal('absent');
    expect(identify([verifiedByEnvoy], request([], { jwtMetadata: {} })).kind).to.equal('absent');
  });

  it('has no claims when Envoy let a token pass without verifying it', () => {
    expect(identify([verifiedByEnvoy], bearer(TOKEN))).to.deep.include({ claims: {} });
    expect(identify([verifiedByEnvoy], bearer(TOKEN, { other: { sid: 's1' } }))).to.deep.include({
      claims: {},
    });
  });

  for (const payload of ['text', 7, null, ['sid']]) {
    it(`has no claims when the payload is ${JSON.stringify(payload)}`, () => {
      const facts = request([], { jwtMetadata: { payload } });
      expect(identify([verifiedByEnvoy], facts)).to.deep.include({ claims: {} });
    });
  }

  it('is not found by the names of Object.prototype', () => {
    const source = sourceAt(
      jwtPlace({ verifiedBy: { kind: 'envoy', metadataKey: 'constructor', forwardedHeaders: [] } }),
    );
    expect(identify([source], request([], { jwtMetadata: {} })).kind).to.equal('absent');
  });
});
