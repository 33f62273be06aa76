import { createHmac, createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { type JWTPayload, createLocalJWKSet } from 'jose';
import { tokenSession } from '../../../src/identity/claims/token-session.ts';
import { checkToken } from '../../../src/tokens/check-token.ts';
import type { KeySet } from '../../../src/tokens/token-keys.ts';
import type { JwtPlace } from '../../../src/terms/credential-place.ts';
import { CLAIMS, ISSUER, NOW_MS, NOW_S, type SigningKey, placeWith, signingKey } from './tokens.ts';

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

  /** The cause of an invalid token, else the kind of answer. */
  async function causeOf(token: string, changes: Partial<JwtPlace> = {}): Promise<string> {
    const check = await checkToken(token, placeWith(KEYS, changes), keys, NOW_MS);
    return check.kind === 'invalid' ? check.cause : check.kind;
  }

  it('gives the claims of a valid token', async () => {
    const check = await checkToken(await one.sign(), placeWith(KEYS), keys, NOW_MS);
    expect(check).to.deep.equal({ kind: 'valid', claims: CLAIMS });
    expect(await kindOf(await rsa.sign())).to.equal('valid');
  });

  const claims: readonly (readonly [
    what: string,
    changes: Record<string, unknown>,
    answer: string,
  ])[] = [
    ['expires at this instant', { exp: NOW_S }, 'expired'],
    ['expires a second later', { exp: NOW_S + 1 }, 'valid'],
    ['begins later', { nbf: NOW_S + 1 }, 'not_yet'],
    ['is from another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['has the issuer with a final slash', { iss: `${ISSUER}/` }, 'issuer'],
    ['names no issuer', { iss: undefined }, 'issuer'],
    ['is for others', { aud: ['shop'] }, 'audience'],
    ['is for us among others', { aud: ['shop', 'api'] }, 'valid'],
    ['has no audience', { aud: undefined }, 'audience'],
    ['never expires', { exp: undefined }, 'valid'],
    ['is bound to a DPoP key', { cnf: { jkt: 'thumbprint' } }, 'other_scheme'],
  ];
  for (const [what, changes, answer] of claims) {
    it(`finds ${answer} a token that ${what}`, async () => {
      expect(await causeOf(await one.sign({ ...CLAIMS, ...changes }))).to.equal(answer);
    });
  }

  const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';
  for (const typ of [undefined, 'JWT', 'at+jwt', 'logout+jwt']) {
    it(`never takes a logout token of typ ${typ} for a session's`, async () => {
      // As Dex (no typ) and Hydra (JWT, without exp) send them.
      for (const events of [{ [LOGOUT]: {} }, {}, null]) {
        const { exp: _, ...lasting } = CLAIMS;
        const token = await one.sign({ ...lasting, events }, { typ });
        expect(await causeOf(token)).to.equal('type');
      }
    });
  }

  it('tolerates the configured leeway and at most 60 s', async () => {
    const token = (exp: number) => one.sign({ ...CLAIMS, exp });
    expect(await kindOf(await token(NOW_S - 29), { leewayMs: 30_000 })).to.equal('valid');
    expect(await kindOf(await token(NOW_S - 30), { leewayMs: 30_000 })).to.equal('invalid');
    expect(await kindOf(await token(NOW_S - 60), { leewayMs: 3_600_000 })).to.equal('invalid');
  });

  it('accepts any audience if the source names none', async () => {
    const token = await one.sign({ ...CLAIMS, aud: [] });
    expect(await kindOf(token, { audiences: [] })).to.equal('valid');
  });

  const types: readonly (readonly [typ: unknown, answer: string])[] = [
    ['JWT', 'valid'],
    ['at+jwt', 'valid'],
    ['application/at+JWT', 'valid'],
    ['logout+jwt', 'type'],
    ['dpop+jwt', 'type'],
    ['secevent+jwt', 'type'],
    ['', 'type'],
  ];
  for (const [typ, answer] of types) {
    it(`finds typ ${JSON.stringify(typ)} ${answer}`, async () => {
      expect(await causeOf(await one.sign(CLAIMS, { typ }))).to.equal(answer);
    });
  }

  it('refuses alg none, with and without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      const unsigned = `${part({ alg, kid: 'one' })}.${part(CLAIMS)}`;
      expect(await causeOf(`${unsigned}.`)).to.equal('algorithm');
      expect(await causeOf(`${unsigned}.AAAA`)).to.equal('algorithm');
    }
  });

  it('refuses a MAC made with a public key (HS/RS confusion)', async () => {
    const publicKey = createPublicKey({ key: rsa.publicJwk, format: 'jwk' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    for (const secret of [pem.toString(), pem.toString().trim(), JSON.stringify(rsa.publicJwk)]) {
      const signed = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(CLAIMS)}`;
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await causeOf(`${signed}.${mac}`)).to.equal('algorithm');
    }
  });

  it('verifies with the configured algorithms only, and never with symmetric ones', async () => {
    const only = (...algorithms: string[]): Partial<JwtPlace> => ({
      verifiedBy: { kind: 'curfew', keys: KEYS, algorithms },
    });
    expect(await kindOf(await one.sign(), only('ES256'))).to.equal('valid');
    expect(await causeOf(await one.sign(), only('RS256'))).to.equal('algorithm');
    expect(await causeOf(await rsa.sign(), only('PS256'))).to.equal('algorithm');
    expect(await causeOf(await one.sign(), only('HS256', 'none'))).to.equal('algorithm');
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

  it('never uses keys that a token carries', async () => {
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
    expect(await causeOf(token)).to.equal('type');
  });

  it('refuses a token that was tampered with', async () => {
    const [header = '', , signature = ''] = (await one.sign()).split('.');
    const other = part({ ...CLAIMS, sid: 's2' });
    expect(await causeOf(`${header}.${other}.${signature}`)).to.equal('signature');
    const [, payload = ''] = (await one.sign()).split('.');
    expect(await causeOf(`${header}.${payload}.${'A'.repeat(86)}`)).to.equal('signature');
    expect(await causeOf(`${header}.${payload}.`)).to.equal('signature');
  });

  it('refuses text that is not a token, and does not repeat it', async () => {
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

  it('distinguishes an unknown key from a wrong signature', async () => {
    const unknown = await signingKey('two');
    expect(await causeOf(await unknown.sign())).to.equal('unknown_key');
    expect(await causeOf(await stranger.sign())).to.equal('signature');
  });

  it('says when a token with an unknown key was issued', async () => {
    const unknown = await signingKey('two');
    const check = (iat: unknown) =>
      unknown
        .sign({ ...CLAIMS, iat } as JWTPayload)
        .then((token) => checkToken(token, placeWith(KEYS), keys, NOW_MS));
    expect(await check(NOW_S)).to.deep.equal({ kind: 'unknown_key', issuedAtMs: NOW_MS });
    expect(await check('yesterday')).to.deep.equal({ kind: 'unknown_key', issuedAtMs: undefined });
  });

  it('tries every suitable key for a token that names none', async () => {
    const [first, second] = await Promise.all([signingKey(undefined), signingKey(undefined)]);
    keys = keySet(first, second);
    expect(await kindOf(await second.sign())).to.equal('valid');
    const newer = await signingKey(undefined);
    expect(await kindOf(await newer.sign())).to.equal('unknown_key');
    keys = keySet(one, rsa);
  });

  it('also accepts the second form of an ECDSA signature, which names the same session', async () => {
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
