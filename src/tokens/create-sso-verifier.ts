import type { TokenProof } from '../authz/token-verifier.ts';
import type { JwtKeys, JwtPlace } from '../terms/credential-place.ts';
import { keyOrigin } from './key-origin.ts';
import { SourceVerifier } from './source-verifier.ts';
import { TokenKeys } from './token-keys.ts';
import type { TokenObserver } from './token-observer.ts';

/** As for the tokens of sessions. */
const REFRESH_MS = 5 * 60_000;
/** Callers of administration are few, and their tokens are kept with more claims. */
const TOKENS_MAX = 256;
/** No request of a user waits for this, so the keys may take longer than for a check. */
const KEYS_WAIT_MAX_MS = 3_000;

export interface SsoVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JwtKeys;
  /** The claims that the caller reads. */
  readonly claims: readonly string[];
  /** The wall clock in milliseconds since the epoch. */
  readonly clock: () => number;
  readonly observer: TokenObserver;
  readonly fetch?: typeof globalThis.fetch;
}

/** Verifies the tokens with which people sign in to administration. */
export interface SsoVerifier {
  /**
   * A token needs an `exp` here. Without one it would be a password that never ends.
   * @throws (or rejects with) `TokenKeysUnavailable`
   */
  verify(token: string): Promise<TokenProof>;
  /** Releases watchers and timers. */
  close(): void;
}

/** Starts to load the keys of the issuer. */
export function createSsoVerifier(options: SsoVerifierOptions): SsoVerifier {
  const place: JwtPlace = {
    kind: 'jwt',
    in: { kind: 'bearer' },
    issuer: options.issuer,
    audiences: [options.audience],
    verifiedBy: { kind: 'curfew', keys: options.keys, algorithms: [] },
    session: { kind: 'jti' },
    perLogin: false,
    subjectClaim: undefined,
    leewayMs: 0,
  };
  const origin = keyOrigin(options.keys, {
    fetch: options.fetch ?? globalThis.fetch,
    refreshMs: REFRESH_MS,
  });
  const { clock, observer } = options;
  const keys = new TokenKeys(origin, { clock, observer });
  const verifier = new SourceVerifier(place, keys, {
    clock,
    keysWaitMaxMs: KEYS_WAIT_MAX_MS,
    tokensMax: TOKENS_MAX,
    keep: (claims) => pick(claims, [...options.claims, 'exp']),
  });
  return {
    verify: async (token) => {
      const proof = await verifier.verify(token);
      const expires = proof.kind === 'verified' ? proof.claims['exp'] : 0;
      return typeof expires === 'number' ? proof : { kind: 'invalid', cause: 'expired' };
    },
    close: () => keys.close(),
  };
}

function pick(
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const kept = names.filter((name) => Object.hasOwn(claims, name));
  return Object.freeze(Object.fromEntries(kept.map((name) => [name, claims[name]])));
}
