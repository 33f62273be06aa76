import type { JwtPlace } from '../../terms/credential-place.ts';
import type { InvalidTokenCause } from '../../terms/invalid-token-cause.ts';

/** The claims of a token: JSON from outside. */
export type Claims = Readonly<Record<string, unknown>>;

const LEEWAY_MAX_MS = 60_000;

/**
 * Why a token with these claims is not valid for a source now. `undefined`: nothing is wrong with
 * them. What names the session is not checked here.
 */
export function claimFault(
  claims: Claims,
  place: JwtPlace,
  nowMs: number,
): InvalidTokenCause | undefined {
  // A security event, such as a logout token, whatever its `typ` says (RFC 8417 section 2.2).
  if (Object.hasOwn(claims, 'events')) return 'type';
  if (ownClaim(claims, 'iss') !== place.issuer) return 'issuer';
  if (place.audiences.length > 0 && ownAudience(claims, place) === undefined) return 'audience';
  return timeFault(claims, place.leewayMs, nowMs) ?? schemeFault(claims, place);
}

/** The first audience of a token that is one of its source's. */
export function ownAudience(claims: Claims, { audiences }: JwtPlace): string | undefined {
  const audience = ownClaim(claims, 'aud');
  const all: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  const found = all.find((one) => typeof one === 'string' && audiences.includes(one));
  return found as string | undefined;
}

/** The thumbprint of the DPoP key that a token is bound to (RFC 9449 section 6.1). */
export function boundKey(claims: Claims): unknown {
  const confirmation = ownClaim(claims, 'cnf');
  if (typeof confirmation !== 'object' || confirmation === null) return undefined;
  return Object.hasOwn(confirmation, 'jkt') ? (confirmation as Claims)['jkt'] : undefined;
}

/** A claim that the token itself has. Names such as `constructor` belong to every object. */
export function ownClaim(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/**
 * A token is valid while `exp` is not reached and `nbf` is. A missing one sets no limit, and one
 * that is not an instant is never satisfied.
 */
function timeFault(claims: Claims, leewayMs: number, nowMs: number): InvalidTokenCause | undefined {
  const leeway = Math.min(leewayMs, LEEWAY_MAX_MS);
  const expires = ownClaim(claims, 'exp');
  if (expires !== undefined && !(isInstant(expires) && nowMs < expires * 1000 + leeway)) {
    return 'expired';
  }
  const begins = ownClaim(claims, 'nbf');
  const hasBegun = begins === undefined || (isInstant(begins) && nowMs >= begins * 1000 - leeway);
  return hasBegun ? undefined : 'not_yet';
}

/**
 * A bearer token that is bound to a DPoP key must be refused here (RFC 9449 section 7.2).
 */
function schemeFault(claims: Claims, place: JwtPlace): InvalidTokenCause | undefined {
  return place.in.kind === 'bearer' && boundKey(claims) !== undefined ? 'other_scheme' : undefined;
}

/** NumericDate may have fractions (RFC 7519 section 2). */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
