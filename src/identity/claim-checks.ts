import type { JwtPlace } from '../session/source.ts';

type Claims = Readonly<Record<string, unknown>>;

const LEEWAY_MAX_MS = 60_000;

/** Whether the token is from the source's issuer and for one of its audiences. */
export function isAddressed(claims: Claims, place: JwtPlace): boolean {
  if (own(claims, 'iss') !== place.issuer) return false;
  if (place.audiences.length === 0) return true;
  const audience = own(claims, 'aud');
  const all: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  return all.some((one) => typeof one === 'string' && place.audiences.includes(one));
}

/** Whether the token is in force: `exp` is not reached and `nbf` is. A missing one does not bound it. */
export function areClaimsInForce(claims: Claims, leewayMs: number, nowMs: number): boolean {
  const leeway = Math.min(leewayMs, LEEWAY_MAX_MS);
  const expires = own(claims, 'exp');
  const begins = own(claims, 'nbf');
  if (expires !== undefined && !(isInstant(expires) && nowMs < expires * 1000 + leeway)) {
    return false;
  }
  return begins === undefined || (isInstant(begins) && nowMs >= begins * 1000 - leeway);
}

/** A token bound to a DPoP key must not be taken as a mere bearer token (RFC 9449 section 7.2). */
export function isBoundToAnotherScheme(claims: Claims, place: JwtPlace): boolean {
  const confirmation = own(claims, 'cnf');
  if (place.in.kind !== 'bearer' || typeof confirmation !== 'object' || confirmation === null) {
    return false;
  }
  return Object.hasOwn(confirmation, 'jkt');
}

/** NumericDate may have fractions (RFC 7519 section 2). */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
