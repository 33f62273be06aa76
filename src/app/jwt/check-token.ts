import {
  type JWTPayload,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
} from 'jose';
import { areClaimsInForce, isAddressed } from '../../identity/claim-checks.ts';
import type { JwtPlace } from '../../session/source.ts';
import type { KeySet } from './token-keys.ts';

/** Asymmetric ones: with a symmetric one whoever can verify can also sign, and `none` is no signature. */
const ASYMMETRIC = new Set(
  'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' '),
);
/** Access and identity tokens. A logout token, a DPoP proof or a security event is signed with the same keys. */
const TYPES = new Set(['jwt', 'at+jwt']);
/** Keys that are tried for a token that names none. */
const KEYS_TRIED_MAX = 8;

export type TokenCheck =
  | { readonly kind: 'valid'; readonly claims: Readonly<JWTPayload> }
  | { readonly kind: 'invalid' }
  /** None of the keys is the one that signed it, so newer keys may tell otherwise. */
  | { readonly kind: 'unknown_key' };

const INVALID: TokenCheck = { kind: 'invalid' };

/** Holds a token against a source: type, algorithm, issuer, audience, times, and last the signature, which is dear. */
export async function checkToken(
  token: string,
  place: JwtPlace,
  keys: KeySet,
  nowMs: number,
): Promise<TokenCheck> {
  if (place.verifiedBy.kind !== 'curfew' || !isWorthVerifying(token, place, nowMs)) return INVALID;
  const options: JWTVerifyOptions = {
    // An empty list of the file would mean "any" to jose.
    algorithms: allowedAlgorithms(place.verifiedBy.algorithms),
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

/** What can be said without a key: most of what is wrong with honest tokens, above all that they have expired. */
function isWorthVerifying(token: string, place: JwtPlace, nowMs: number): boolean {
  try {
    const { typ, crit } = decodeProtectedHeader(token);
    // We understand no critical extension (RFC 7515 section 4.1.11).
    if (crit !== undefined || !isAdmittedType(typ)) return false;
    const claims = decodeJwt(token);
    return isAddressed(claims, place) && areClaimsInForce(claims, place.leewayMs, nowMs);
  } catch {
    return false;
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

/** Keys come from the configured set alone: `jku`, `x5u`, `jwk` and `x5c` in a token are never looked at. */
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

function failedCheck(token: string, error: unknown): TokenCheck {
  if (error instanceof errors.JWKSNoMatchingKey) return { kind: 'unknown_key' };
  const none =
    error instanceof AggregateError || error instanceof errors.JWSSignatureVerificationFailed;
  if (none && decodeProtectedHeader(token).kid === undefined) return { kind: 'unknown_key' };
  if (none || error instanceof errors.JOSEError) return INVALID;
  // Without cause and words: they are not ours, and a token may stand in them.
  throw new Error(
    `a token could not be verified (${error instanceof Error ? error.name : 'unknown fault'})`,
  );
}
