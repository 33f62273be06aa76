import type { JwtPlace } from '../../terms/credential-place.ts';
import type { InvalidTokenCause } from '../../terms/invalid-token-cause.ts';
import { type Claims, claimFault, ownClaim } from './claim-checks.ts';
import type { TokenSession } from '../identification.ts';
import { NO_SUBJECT, subjectInClaims } from '../named-subject.ts';
import { sessionClaim, sessionClaimName } from './session-claim.ts';

/**
 * Clocks of issuers run ahead a little. A token whose login is further in the future is invalid.
 */
const FUTURE_MAX_MS = 60_000;

/** The claims of a verified token, and what is needed to read its session from them. */
export interface TokenReading {
  readonly place: JwtPlace;
  readonly claims: Claims;
  /**
   * The token as presented, in canonical spelling. `undefined`: Envoy verified it, and we have only
   * its payload.
   */
  readonly token: string | undefined;
  /**
   * By the wall clock. It decides about `exp`, `nbf` and login times in the future, never about the
   * session.
   */
  readonly nowMs: number;
  /** A collision-resistant hash as text. */
  hash(text: string): string;
}

/**
 * The session that a valid token belongs to. Issuer, audience and times are checked against the
 * source here, even if Envoy verified the signature: Envoy may admit more issuers than this source.
 */
export function tokenSession(reading: TokenReading): TokenSession {
  const { place, claims, nowMs } = reading;
  const fault = claimFault(claims, place, nowMs);
  if (fault !== undefined) return invalid(fault);
  const session = namedSession(reading);
  if (session.kind === 'invalid') return session;
  const isInFuture =
    session.startedAtMs !== undefined && session.startedAtMs - nowMs > FUTURE_MAX_MS;
  return isInFuture ? invalid('not_yet') : session;
}

/**
 * The session that a token names, by issuer, session claim and (per login) `auth_time`, whether the
 * token is valid now or not.
 */
export function namedSession(reading: Omit<TokenReading, 'nowMs'>): TokenSession {
  const { place, claims } = reading;
  // A security event, such as a logout token, is never a session's (RFC 8417 section 2.2).
  if (Object.hasOwn(claims, 'events')) return invalid('type');
  if (ownClaim(claims, 'iss') !== place.issuer) return invalid('issuer');
  const name = sessionName(reading);
  if (name === undefined) return invalid('no_session_claim');
  const authTime = instant(claims, 'auth_time');
  const issuedAt = instant(claims, 'iat');
  if (authTime === 'absurd' || (place.perLogin && authTime === undefined)) {
    return invalid('no_auth_time');
  }
  if (issuedAt === 'absurd') return invalid('not_yet');
  const startedAt = authTime ?? issuedAt;
  return {
    kind: 'found',
    // JSON separates the members: two different tuples never become the same text.
    credential: JSON.stringify([
      place.issuer,
      place.session.kind,
      name,
      ...(place.perLogin ? [authTime] : []),
    ]),
    startedAtMs: startedAt === undefined ? undefined : Math.floor(startedAt * 1000),
    subject:
      place.subjectClaim === undefined ? NO_SUBJECT : subjectInClaims(claims, place.subjectClaim),
  };
}

function invalid(cause: InvalidTokenCause): TokenSession {
  return { kind: 'invalid', cause };
}

function sessionName({
  place,
  claims,
  token,
  hash,
}: Omit<TokenReading, 'nowMs'>): string | number | undefined {
  const name = sessionClaimName(place);
  if (name !== undefined) return sessionClaim(claims, name);
  // Without the signature: ECDSA has a second valid one for every token.
  return token === undefined ? undefined : hash(token.slice(0, token.lastIndexOf('.')));
}

/**
 * Seconds since the epoch, possibly with a fraction (RFC 7519 section 2). `undefined`: the claim is
 * missing.
 */
function instant(claims: Claims, claim: 'auth_time' | 'iat'): number | undefined | 'absurd' {
  const value = ownClaim(claims, claim);
  if (value === undefined) return undefined;
  const isInstant = typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  return isInstant ? value : 'absurd';
}
