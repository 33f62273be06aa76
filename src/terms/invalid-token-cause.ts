/**
 * Why a token is invalid: a closed set for logs, metrics and explanations. The client is not informed
 * of it.
 */
export const INVALID_TOKEN_CAUSES = [
  'issuer',
  'audience',
  'expired',
  /** `nbf`, `iat` or `auth_time` is in the future. */
  'not_yet',
  /** It is not a session's: its `typ`, or an `events` claim (RFC 8417), says what else it is. */
  'type',
  'algorithm',
  /** No key of the key set fits it. */
  'unknown_key',
  'signature',
  /** The claim that names the session is missing, or is not text. */
  'no_session_claim',
  /** `per_login: true` needs the time of the login. */
  'no_auth_time',
  /** It is bound to another scheme, such as DPoP (RFC 9449 section 7.2). */
  'other_scheme',
] as const;

export type InvalidTokenCause = (typeof INVALID_TOKEN_CAUSES)[number];
