import {
  type CryptoKey,
  type JWK,
  type JWTPayload,
  SignJWT,
  exportJWK,
  generateKeyPair,
} from 'jose';
import type { JwtKeys, JwtPlace } from '../../../src/terms/credential-place.ts';
import type { Source } from '../../../src/terms/source.ts';
import type {
  LoadedKeySet,
  TokenObserver,
  UnreadableKeySet,
} from '../../../src/tokens/token-observer.ts';

export const NOW_MS = 1_700_000_000_000;
export const NOW_S: number = NOW_MS / 1000;
export const ISSUER = 'https://idp.example.com';
export const CLAIMS: JWTPayload = { iss: ISSUER, aud: 'api', sid: 's1', exp: NOW_S + 300 };

export interface SigningKey {
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
  /** Signs. Members of `header` are added to algorithm and key ID, or remove them. */
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

/** A place with tokens that Curfew verifies with these keys. */
export function placeWith(keys: JwtKeys, changes: Partial<JwtPlace> = {}): JwtPlace {
  return {
    kind: 'jwt',
    in: { kind: 'bearer' },
    issuer: ISSUER,
    audiences: ['api'],
    verifiedBy: { kind: 'curfew', keys, algorithms: [] },
    session: { kind: 'claim', claim: 'sid' },
    perLogin: false,
    subjectClaim: undefined,
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
    subjectHeader: undefined,
  };
}

/** What a {@link TokenObserver} was called with. */
export type TokenEvent =
  | ({ readonly kind: 'loaded' } & LoadedKeySet)
  | ({ readonly kind: 'unreadable' } & UnreadableKeySet);

/** An observer that appends each call to `events`. */
export function recordTo(events: TokenEvent[]): TokenObserver {
  return {
    keysLoaded: (set) => events.push({ kind: 'loaded', ...set }),
    keysUnreadable: (set) => events.push({ kind: 'unreadable', ...set }),
  };
}
