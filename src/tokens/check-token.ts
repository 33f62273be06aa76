import {
  type JWTPayload,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
} from 'jose';
import { claimFault } from '../identity/claims/claim-checks.ts';
import type { JwtPlace } from '../terms/credential-place.ts';
import type { InvalidTokenCause } from '../terms/invalid-token-cause.ts';
import type { KeySet } from './token-keys.ts';

/**
 * Asymmetric only: with a symmetric algorithm a verifier can also sign, and `none` has no
 * signature.
 */
const ASYMMETRIC = new Set(
  'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' '),
);
/** Access and identity tokens. Logout tokens, DPoP proofs and security events have other types. */
const TYPES = new Set(['jwt', 'at+jwt']);
/** How many keys are tried for a token that names no key. */
const KEYS_TRIED_MAX = 8;

export type TokenCheck =
  { readonly kind: 'valid'; readonly claims: Readonly<JWTPayload> } | InvalidToken | UnknownKey;

export interface InvalidToken {
  readonly kind: 'invalid';
  readonly cause: InvalidTokenCause;
}

/** None of the keys signed it. Newer keys may verify it. */
export interface UnknownKey {
  readonly kind: 'unknown_key';
  /** When the token says that it was signed (`iat`), in milliseconds. Nothing proves it. */
  readonly issuedAtMs: number | undefined;
}

/**
 * Checks a token of a source: type, algorithm, issuer, audience, times and, at the end, the
 * signature, which is expensive.
 */
export async function checkToken(
  token: string,
  place: JwtPlace,
  keys: KeySet,
  nowMs: number,
): Promise<TokenCheck> {
  if (place.verifiedBy.kind !== 'curfew') return invalid('issuer');
  const algorithms = allowedAlgorithms(place.verifiedBy.algorithms);
  const fault = unsignedFault(token, place, algorithms, nowMs);
  if (fault !== undefined) return invalid(fault);
  const options: JWTVerifyOptions = {
    // An empty list, which the policy file may contain, would mean "any" to jose.
    algorithms,
    issuer: place.issuer,
    clockTolerance: Math.min(place.leewayMs, 60_000) / 1000,
    currentDate: new Date(nowMs),
  };
  if (place.audiences.length > 0) options.audience = [...place.audiences];
  try {
    const { payload } = await verifyWithAny(token, keys, options);
    return { kind: 'valid', claims: Object.freeze(payload) };
  } catch (error) {
    return failedCheck(token, error);
  }
}

function invalid(cause: InvalidTokenCause): InvalidToken {
  return { kind: 'invalid', cause };
}

/** Checks what needs no key. This finds most invalid tokens, above all expired ones. */
function unsignedFault(
  token: string,
  place: JwtPlace,
  algorithms: readonly string[],
  nowMs: number,
): InvalidTokenCause | undefined {
  try {
    const { typ, crit, alg } = decodeProtectedHeader(token);
    // No critical extension is supported (RFC 7515 section 4.1.11).
    if (crit !== undefined || !isAdmittedType(typ)) return 'type';
    if (alg === undefined || !algorithms.includes(alg)) return 'algorithm';
    return claimFault(decodeJwt(token), place, nowMs);
  } catch {
    return 'type'; // the header or the claims are not a JSON object: this is not a JWT
  }
}

function isAdmittedType(typ: unknown): boolean {
  if (typ === undefined) return true;
  return typeof typ === 'string' && TYPES.has(typ.toLowerCase().replace(/^application\//, ''));
}

function allowedAlgorithms(named: readonly string[]): string[] {
  const allowed = named.filter((algorithm) => ASYMMETRIC.has(algorithm));
  return named.length === 0 ? [...ASYMMETRIC] : allowed;
}

/** Uses only the configured keys. `jku`, `x5u`, `jwk` and `x5c` in a token are ignored. */
async function verifyWithAny(
  token: string,
  keys: KeySet,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keys.find, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const attempts: Promise<JWTVerifyResult>[] = [];
    for await (const key of error) {
      if (attempts.length < KEYS_TRIED_MAX) attempts.push(jwtVerify(token, key, options));
    }
    return Promise.any(attempts);
  }
}

function failedCheck(token: string, error: unknown): InvalidToken | UnknownKey {
  if (error instanceof errors.JWKSNoMatchingKey) return unknownKey(token);
  const none =
    error instanceof AggregateError || error instanceof errors.JWSSignatureVerificationFailed;
  if (none && decodeProtectedHeader(token).kid === undefined) return unknownKey(token);
  if (none || error instanceof errors.JOSEError) return invalid('signature');
  // Message and cause are left out: they are not ours and could contain the token.
  throw new Error(
    `a token could not be verified (${error instanceof Error ? error.name : 'unknown fault'})`,
  );
}

function unknownKey(token: string): UnknownKey {
  const { iat } = decodeJwt(token);
  return { kind: 'unknown_key', issuedAtMs: typeof iat === 'number' ? iat * 1000 : undefined };
}
