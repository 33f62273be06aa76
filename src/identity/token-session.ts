import type { JwtPlace } from '../session/source.ts';
import { areClaimsInForce, isAddressed, isBoundToAnotherScheme } from './claim-checks.ts';
import type { TokenSession } from './identification.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';

const INVALID: TokenSession = { kind: 'invalid' };
/** Clocks of issuers run ahead a little; a login further in the future than this is none. */
const FUTURE_MAX_MS = 60_000;

/** The claims of a token that somebody has verified, and what is needed to read its session from them. */
export interface TokenReading {
  readonly place: JwtPlace;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The token as presented, in canonical spelling; `undefined` when Envoy verified it and we have its payload only. */
  readonly token: string | undefined;
  /** By the wall clock. Judges `exp`, `nbf` and login times in the future, nothing about the session. */
  readonly nowMs: number;
  /** A collision-resistant hash as text. */
  hash(text: string): string;
}

/**
 * The session that a token belongs to: issuer, session claim and (per login) `auth_time`. Issuer, audience and times
 * are held against the source here whoever verified the signature: Envoy may admit more issuers than this source.
 */
export function tokenSession(reading: TokenReading): TokenSession {
  const { place, claims, nowMs } = reading;
  if (!isAddressed(claims, place) || !areClaimsInForce(claims, place.leewayMs, nowMs)) {
    return INVALID;
  }
  if (isBoundToAnotherScheme(claims, place)) return INVALID;
  const name = sessionName(reading);
  const authTime = instant(claims, 'auth_time');
  const issuedAt = instant(claims, 'iat');
  if (name === undefined || authTime === 'absurd' || issuedAt === 'absurd') return INVALID;
  if (place.perLogin && authTime === undefined) return INVALID;
  const startedAt = authTime ?? issuedAt;
  if (startedAt !== undefined && startedAt * 1000 - nowMs > FUTURE_MAX_MS) return INVALID;
  return {
    kind: 'found',
    // JSON keeps the members apart: no two different tuples are the same text.
    credential: JSON.stringify([
      place.issuer,
      place.session.kind,
      name,
      ...(place.perLogin ? [authTime] : []),
    ]),
    startedAtMs: startedAt === undefined ? undefined : Math.floor(startedAt * 1000),
  };
}

function sessionName({ place, claims, token, hash }: TokenReading): string | number | undefined {
  switch (place.session.kind) {
    case 'claim':
      return nameIn(claims, place.session.claim);
    case 'jti':
      return nameIn(claims, 'jti');
    case 'hash':
      // Without the signature: ECDSA has a second valid one for every token.
      return token === undefined ? undefined : hash(token.slice(0, token.lastIndexOf('.')));
    default:
      return place.session satisfies never;
  }
}

function nameIn(
  claims: Readonly<Record<string, unknown>>,
  claim: string,
): string | number | undefined {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (typeof value === 'string') {
    return value !== '' && value.length <= IDENTITY_LIMITS.sessionClaimMax ? value : undefined;
  }
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/** Seconds since the epoch, possibly with a fraction (RFC 7519 section 2); `undefined` when the claim is missing. */
function instant(
  claims: Readonly<Record<string, unknown>>,
  claim: 'auth_time' | 'iat',
): number | undefined | 'absurd' {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (value === undefined) return undefined;
  const isInstant = typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  return isInstant ? value : 'absurd';
}
