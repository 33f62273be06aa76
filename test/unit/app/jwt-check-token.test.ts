import { createHmac, createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { createLocalJWKSet } from 'jose';
import { tokenSession } from '../../../src/identity/token-session.ts';
import { checkToken } from '../../../src/app/jwt/check-token.ts';
import type { KeySet } from '../../../src/app/jwt/token-keys.ts';
import type { JwtPlace } from '../../../src/session/source.ts';
import {
  CLAIMS,
  ISSUER,
  NOW_MS,
  NOW_S,
  type SigningKey,
  placeWith,
  signingKey,
} from './jwt-tokens.ts';

const KEYS = { kind: 'file', path: '/unused' } as const;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function keySet(...keys: readonly SigningKey[]): KeySet {
  return { find: createLocalJWKSet({ keys: keys.map((key) => key.publicJwk) }) };
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('checkToken', () => {
  let one: SigningKey;
  let rsa: SigningKey;
  let stranger: SigningKey;
  let keys: KeySet;
  before(async () => {
    [one, rsa, stranger] = await Promise.all([
      signingKey('one'),
      signingKey('rsa', 'RS256'),
      signingKey('one'),
    ]);
    keys = keySet(one, rsa);
  });

  async function kindOf(token: string, changes: Partial<JwtPlace> = {}): Promise<string> {
    return (await checkToken(token, placeWith(KEYS, changes), keys, NOW_MS)).kind;
  }

  it('gives the claims of a valid token', async () => {
    const check = await checkToken(await one.sign(), placeWith(KEYS), keys, NOW_MS);
    expect(check).to.deep.equal({ kind: 'valid', claims: CLAIMS });
    expect(await kindOf(await rsa.sign())).to.equal('valid');
  });

  const claims: readonly (readonly [
    what: string,
    changes: Record<string, unknown>,
    kind: string,
  ])[] = [
    ['expires at this instant', { exp: NOW_S }, 'invalid'],
    ['expires a second later', { exp: NOW_S + 1 }, 'valid'],
    ['begins later', { nbf: NOW_S + 1 }, 'invalid'],
    ['is from another issuer', { iss: 'https://evil.example' }, 'invalid'],
    ['names no issuer', { iss: undefined }, 'invalid'],
    ['is for others', { aud: ['shop'] }, 'invalid'],
    ['is for us among others', { aud: ['shop', 'api'] }, 'valid'],
    ['is for nobody', { aud: undefined }, 'invalid'],
    ['never expires', { exp: undefined }, 'valid'],
  ];
  for (const [what, changes, kind] of claims) {
    it(`finds a token ${kind} that ${what}`, async () => {
      expect(await kindOf(await one.sign({ ...CLAIMS, ...changes }))).to.equal(kind);
    });
  }

  it('tolerates the configured leeway and at most 60 s', async () => {
    const token = (exp: number) => one.sign({ ...CLAIMS, exp });
    expect(await kindOf(await token(NOW_S - 29), { leewayMs: 30_000 })).to.equal('valid');
    expect(await kindOf(await token(NOW_S - 30), { leewayMs: 30_000 })).to.equal('invalid');
    expect(await kindOf(await token(NOW_S - 60), { leewayMs: 3_600_000 })).to.equal('invalid');
  });

  it('takes any audience where the source has none', async () => {
    const token = await one.sign({ ...CLAIMS, aud: [] });
    expect(await kindOf(token, { audiences: [] })).to.equal('valid');
  });

  const types: readonly (readonly [typ: unknown, kind: string])[] = [
    ['JWT', 'valid'],
    ['at+jwt', 'valid'],
    ['application/at+JWT', 'valid'],
    ['logout+jwt', 'invalid'],
    ['dpop+jwt', 'invalid'],
    ['secevent+jwt', 'invalid'],
    ['', 'invalid'],
  ];
  for (const [typ, kind] of types) {
    it(`finds typ ${JSON.stringify(typ)} ${kind}`, async () => {
      expect(await kindOf(await one.sign(CLAIMS, { typ }))).to.equal(kind);
    });
  }

  it('refuses alg none, with and without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      const unsigned = `${part({ alg, kid: 'one' })}.${part(CLAIMS)}`;
      expect(await kindOf(`${unsigned}.`)).to.equal('invalid');
      expect(await kindOf(`${unsigned}.AAAA`)).to.equal('invalid');
    }
  });

  it('refuses a MAC made with a public key (HS/RS confusion)', async () => {
    const publicKey = createPublicKey({ key: rsa.publicJwk, format: 'jwk' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    for (const secret of [pem.toString(), pem.toString().trim(), JSON.stringify(rsa.publicJwk)]) {
      const signed = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(CLAIMS)}`;
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await kindOf(`${signed}.${mac}`)).to.equal('invalid');
    }
  });

  it('verifies with the admitted algorithms only, and symmetric ones can never be admitted', async () => {
    const only = (...algorithms: string[]): Partial<JwtPlace> => ({
      verifiedBy: { kind: 'curfew', keys: KEYS, algorithms },
    });
    expect(await kindOf(await one.sign(), only('ES256'))).to.equal('valid');
    expect(await kindOf(await one.sign(), only('RS256'))).to.equal('invalid');
    expect(await kindOf(await rsa.sign(), only('PS256'))).to.equal('invalid');
    expect(await kindOf(await one.sign(), only('HS256', 'none'))).to.equal('invalid');
    const secret = Buffer.alloc(32, 7);
    const signed = `${part({ alg: 'HS256' })}.${part(CLAIMS)}`;
    const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    const symmetric: KeySet = { find: () => Promise.resolve(new Uint8Array(secret)) };
    const check = await checkToken(
      token,
      placeWith(KEYS, only('HS256', 'RS256')),
      symmetric,
      NOW_MS,
    );
    expect(check.kind).to.equal('invalid');
  });

  it('never follows keys that a token brings along', async () => {
    const jwk = stranger.publicJwk;
    const headers = [
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/cert.pem' },
      { jwk, kid: undefined },
    ];
    for (const header of headers) {
      const kind = await kindOf(await stranger.sign(CLAIMS, header));
      expect(kind, JSON.stringify(header)).to.be.oneOf(['invalid', 'unknown_key']);
    }
  });

  it('refuses critical extensions', async () => {
    const header = part({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 });
    expect(await kindOf(`${header}.${part(CLAIMS)}.AAAA`)).to.equal('invalid');
    const token = await one.sign(CLAIMS, { crit: ['b64'], b64: true });
    expect(await kindOf(token)).to.equal('invalid');
  });

  it('refuses a token that was tampered with', async () => {
    const [header = '', , signature = ''] = (await one.sign()).split('.');
    const other = part({ ...CLAIMS, sid: 's2' });
    expect(await kindOf(`${header}.${other}.${signature}`)).to.equal('invalid');
    const [, payload = ''] = (await one.sign()).split('.');
    expect(await kindOf(`${header}.${payload}.${'A'.repeat(86)}`)).to.equal('invalid');
    expect(await kindOf(`${header}.${payload}.`)).to.equal('invalid');
  });

  it('refuses what is no token, and repeats nothing of it', async () => {
    for (const text of [
      'a.b.c',
      `${part(7)}.${part(7)}.AAAA`,
      `${part({})}.${part([])}.AAAA`,
      '..',
    ]) {
      expect(await kindOf(text)).to.equal('invalid');
    }
  });

  it('repeats nothing of a token in a fault', async () => {
    const token = await one.sign({ ...CLAIMS, sid: 'canary' });
    const broken: KeySet = { find: () => Promise.reject(new TypeError(`canary ${token}`)) };
    const fault = await checkToken(token, placeWith(KEYS), broken, NOW_MS).catch(
      (error: unknown) => error,
    );
    expect(fault).to.be.instanceOf(Error).and.not.have.property('cause');
    expect(inspect(fault)).not.to.contain('canary').and.not.to.contain(token);
  });

  it('tells an unknown key from a wrong signature', async () => {
    const unknown = await signingKey('two');
    expect(await kindOf(await unknown.sign())).to.equal('unknown_key');
    expect(await kindOf(await stranger.sign())).to.equal('invalid');
  });

  it('tries every fitting key for a token that names none', async () => {
    const [first, second] = await Promise.all([signingKey(undefined), signingKey(undefined)]);
    keys = keySet(first, second);
    expect(await kindOf(await second.sign())).to.equal('valid');
    const newer = await signingKey(undefined);
    expect(await kindOf(await newer.sign())).to.equal('unknown_key');
    keys = keySet(one, rsa);
  });

  it('finds the second signature of ECDSA valid too, and it names the same session', async () => {
    const token = await one.sign();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const s = P256_ORDER - BigInt(`0x${bytes.toString('hex', 32)}`);
    const twin = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ]).toString('base64url');
    const twinToken = `${header}.${payload}.${twin}`;
    expect(twinToken).not.to.equal(token);
    expect(await kindOf(twinToken)).to.equal('valid');
    for (const session of [{ kind: 'claim', claim: 'sid' }, { kind: 'hash' }] as const) {
      const place = placeWith(KEYS, { session, issuer: ISSUER });
      const [first, second] = [token, twinToken].map((each) =>
        tokenSession({ place, claims: CLAIMS, token: each, nowMs: NOW_MS, hash: (text) => text }),
      );
      expect(first).to.deep.equal(second).and.include({ kind: 'found' });
    }
  });
});
