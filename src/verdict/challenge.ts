import type { Source } from '../session/source.ts';
import type { ClientReason } from './client-reason.ts';
import { CLIENT_WORDS } from './client-words.ts';

/** What the challenges of one denial say. */
export interface ChallengeWords {
  readonly realm: string;
  readonly reason: ClientReason;
  /** Seconds of the timeout that was reached; only with `reauthentication_required`. */
  readonly maxAgeS: number | undefined;
}

type Scheme = 'Session' | 'Bearer';

/**
 * The values of `www-authenticate`, one for each scheme by which the sources could be satisfied. `Session` is our own
 * name for cookies and header values, for which no scheme is registered; bearer tokens and JWTs follow RFC 6750, and a
 * wanted fresh login RFC 9470. Without a credential there is no error to name (RFC 6750 section 3.1).
 */
export function challenges(sources: readonly Source[], words: ChallengeWords): readonly string[] {
  const schemes = new Set(sources.map(schemeOf));
  // A 401 needs at least one challenge (RFC 9110 section 15.5.2).
  if (schemes.size === 0) schemes.add('Session');
  return [...schemes].map((scheme) => challenge(scheme, words));
}

function schemeOf(source: Source): Scheme {
  switch (source.place.kind) {
    case 'cookie':
    case 'header':
      return 'Session';
    case 'bearer':
    case 'jwt':
      return 'Bearer';
    default:
      return source.place satisfies never;
  }
}

function challenge(scheme: Scheme, { realm, reason, maxAgeS }: ChallengeWords): string {
  const parameters = [`realm=${quoted(realm)}`];
  if (reason === 'reauthentication_required') {
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
