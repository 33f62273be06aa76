/** The one closed set of reasons, alike in logs, metrics and metadata. */
export const REASONS = [
  'ok',
  'session_off',
  'session_absent',
  'preflight',
  'no_credential',
  'malformed_credential',
  'ambiguous_credential',
  'invalid_token',
  'unknown_session',
  'idle_timeout',
  'absolute_timeout',
  'revoked',
  'reauthentication_required',
  'session_limit',
  'store_unavailable',
  'overloaded',
  'internal_error',
] as const;

export type Reason = (typeof REASONS)[number];
