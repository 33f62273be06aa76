import {
  type CryptoKey,
  type JWK,
  type JWTPayload,
  SignJWT,
  exportJWK,
  generateKeyPair,
} from 'jose';
import type { JwtKeys, JwtPlace, Source } from '../../../src/session/source.ts';

export const NOW_MS = 1_700_000_000_000;
export const NOW_S: number = NOW_MS / 1000;
export const ISSUER = 'https://idp.example.com';
export const CLAIMS: JWTPayload = { iss: ISSUER, aud: 'api', sid: 's1', exp: NOW_S + 300 };

export interface SigningKey {
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
  /** Signs; `header` is added to (or takes away from) algorithm and key id. */
  sign(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
}

/** A fresh key of an issuer. */
export async function signingKey(kid: string | undefined, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const named = kid === undefined ? {} : { kid };
  return {
    publicJwk: { ...(await exportJWK(publicKey)), ...named, alg, use: 'sig' },
    privateKey,
    sign: (claims = CLAIMS, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, ...named, ...header }).sign(privateKey),
  };
}

export function keySetText(...keys: readonly (SigningKey | JWK)[]): string {
  return JSON.stringify({ keys: keys.map((key) => ('publicJwk' in key ? key.publicJwk : key)) });
}

/** A place of tokens that Curfew verifies with these keys. */
export function placeWith(keys: JwtKeys, changes: Partial<JwtPlace> = {}): JwtPlace {
  return {
    kind: 'jwt',
    in: { kind: 'bearer' },
    issuer: ISSUER,
    audiences: ['api'],
    verifiedBy: { kind: 'curfew', keys, algorithms: [] },
    session: { kind: 'claim', claim: 'sid' },
    perLogin: false,
    leewayMs: 0,
    ...changes,
  };
}

export function sourceWith(keys: JwtKeys, changes: Partial<JwtPlace> = {}): Source {
  return {
    name: 'api',
    place: placeWith(keys, changes),
    opening: 'first-use',
    format: 'plain',
    take: undefined,
  };
}
