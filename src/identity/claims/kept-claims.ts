import type { JwtPlace } from '../../terms/credential-place.ts';
import { type Claims, boundKey, ownAudience, ownClaim } from './claim-checks.ts';
import { sessionClaim, sessionClaimName } from './session-claim.ts';
import { subjectInClaims } from '../named-subject.ts';

/**
 * Copies what `tokenSession` reads from the claims of a token that was found valid. The result has
 * at most about 2 KiB, and leads to the same session and subject as the token's whole claims, which
 * may have 12 KiB.
 */
export function keptClaims(claims: Claims, place: JwtPlace): Claims {
  const name = sessionClaimName(place);
  const session = name === undefined ? undefined : sessionClaim(claims, name);
  const kept: Record<string, unknown> = { iss: place.issuer };
  if (place.audiences.length > 0) {
    const audience = ownAudience(claims, place);
    // A list stays a list, which never names a session.
    kept['aud'] = Array.isArray(ownClaim(claims, 'aud')) ? [audience] : audience;
  }
  for (const time of ['exp', 'nbf', 'iat', 'auth_time']) {
    const value = ownClaim(claims, time);
    // Times that are not numbers were refused, or will be, whatever they are.
    if (value !== undefined) kept[time] = typeof value === 'number' ? value : null;
  }
  if (boundKey(claims) !== undefined) kept['cnf'] = { jkt: true };
  if (name !== undefined && session !== undefined) kept[name] = session;
  keepSubject(kept, claims, place);
  return Object.freeze(kept);
}

/** A subject that is not usable stays so. */
function keepSubject(
  kept: Record<string, unknown>,
  claims: Claims,
  { subjectClaim }: JwtPlace,
): void {
  if (subjectClaim === undefined) return;
  const subject = subjectInClaims(claims, subjectClaim);
  if (subject.kind === 'absent') return;
  const value = subject.kind === 'named' ? subject.name : null;
  if (!Object.hasOwn(kept, subjectClaim)) kept[subjectClaim] = value;
}
