import type { JwtPlace } from '../../terms/credential-place.ts';
import { type Claims, ownClaim } from './claim-checks.ts';
import { IDENTITY_LIMITS } from '../identity-limits.ts';

/** The name of the claim that names the session. `undefined`: no claim does. */
export function sessionClaimName({ session }: JwtPlace): string | undefined {
  switch (session.kind) {
    case 'claim':
      return session.claim;
    case 'jti':
      return 'jti';
    case 'hash':
      return undefined;
    default:
      return session satisfies never;
  }
}

/**
 * The value of a claim that names a session. Empty or long text, and anything but text and whole
 * numbers, is not a name.
 */
export function sessionClaim(claims: Claims, name: string): string | number | undefined {
  const value = claimAt(claims, name);
  if (typeof value === 'string') {
    return value !== '' && value.length <= IDENTITY_LIMITS.sessionClaimMax ? value : undefined;
  }
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/**
 * The value of a claim. One of exactly this name comes first, because names such as
 * `https://example.com/sid` have dots; only without one is the name a path, such as `ext.sid`.
 */
export function claimAt(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : atPath(claims, name);
}

function atPath(claims: Claims, path: string): unknown {
  if (!path.includes('.')) return undefined;
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = ownClaim(value as Claims, step);
  }
  return value;
}
