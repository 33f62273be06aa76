import type { CredentialCause } from '../authz/check-observer.ts';
import type { JwtPlace } from '../terms/credential-place.ts';
import type { InvalidTokenCause } from '../terms/invalid-token-cause.ts';
import { INVALID_TOKEN_CAUSES } from '../terms/invalid-token-cause.ts';

/** What is wrong with a token, with what the file says and nothing of the token. */
const WORDS: Readonly<Record<InvalidTokenCause, (place: JwtPlace) => string>> = {
  issuer: ({ issuer }) => `its issuer (iss) is not exactly "${issuer}"`,
  audience: ({ audiences }) => `its audience (aud) has none of: ${audiences.join(', ')}`,
  expired: () => 'it has expired (exp)',
  not_yet: () => 'it is from the future (nbf, iat or auth_time)',
  type: () => "its type (typ), or an events claim, says that it is not a session's token",
  algorithm: () => 'its algorithm (alg) is not allowed',
  unknown_key: () => 'no key of the key set has its key ID (kid) and fits its algorithm',
  signature: () => 'its signature is wrong',
  no_session_claim: ({ session }) =>
    `it has no ${session.kind === 'claim' ? `"${session.claim}"` : session.kind} to name the session: text, or a whole number`,
  no_auth_time: () => 'it has no time of login (auth_time)',
  other_scheme: () => 'it is bound to another scheme (DPoP)',
};

/** `undefined`: the cause of a malformed credential, which is a word that says it all. */
export function causeWords(cause: CredentialCause, place: JwtPlace): string | undefined {
  const known = INVALID_TOKEN_CAUSES.find((one) => one === cause);
  return known && WORDS[known](place);
}
