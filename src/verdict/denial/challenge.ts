import type { Source } from '../../terms/source.ts';
import { schemeOf } from '../../terms/source-kind.ts';
import type { ClientReason } from '../reason.ts';
import { CLIENT_WORDS } from './client-words.ts';

/** What all challenges of one denial say. */
export interface ChallengeWords {
  readonly realm: string;
  readonly reason: ClientReason;
  /** RFC 9470: only a login that is more recent helps. */
  readonly asksForFreshLogin: boolean;
  /** The age in seconds that such a login may have. */
  readonly maxAgeS: number | undefined;
}

/**
 * The values of `www-authenticate`, one for each scheme of the sources. Challenges for bearer
 * tokens and JWTs follow RFC 6750, and those that ask for a new login RFC 9470. A request without a
 * credential gets no error (RFC 6750 section 3.1).
 */
export function challenges(sources: readonly Source[], words: ChallengeWords): readonly string[] {
  const schemes = new Set(sources.map(({ place }) => schemeOf(place)));
  // A 401 needs at least one challenge (RFC 9110 section 15.5.2).
  if (schemes.size === 0) schemes.add('Session');
  return [...schemes].map((scheme) => challenge(scheme, words));
}

function challenge(
  scheme: ReturnType<typeof schemeOf>,
  { realm, reason, asksForFreshLogin, maxAgeS }: ChallengeWords,
): string {
  const parameters = [`realm=${quoted(realm)}`];
  if (asksForFreshLogin) {
    parameters.push('error="insufficient_user_authentication"');
    if (scheme === 'Bearer') parameters.push(description(reason));
    if (maxAgeS !== undefined) parameters.push(`max_age="${maxAgeS}"`);
  } else if (reason !== 'no_credential') {
    parameters.push(
      ...(scheme === 'Bearer'
        ? ['error="invalid_token"', description(reason)]
        : [`error="${reason}"`]),
    );
  }
  return `${scheme} ${parameters.join(', ')}`;
}

function description(reason: ClientReason): string {
  return `error_description=${quoted(CLIENT_WORDS[reason].detail)}`;
}

/** A quoted-string (RFC 9110 section 5.6.4). */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
