import type { Reason } from './reason.ts';

/** Why a request may be refused. */
export type DenyReason = Extract<
  Reason,
  | 'no_credential'
  | 'malformed_credential'
  | 'ambiguous_credential'
  | 'invalid_token'
  | 'unknown_session'
  | 'idle_timeout'
  | 'absolute_timeout'
  | 'revoked'
  | 'reauthentication_required'
  | 'session_limit'
>;

/** Why there may be no verdict at all: our own fault, never the session's. */
export type NoVerdictReason = Extract<
  Reason,
  'store_unavailable' | 'overloaded' | 'internal_error'
>;

/**
 * What we answer. In observe mode an allow carries the true reason (`idle_timeout`, `store_unavailable`, ...).
 * `none` is the third answer, an RPC error, when we could not know.
 */
export type Verdict =
  | { readonly kind: 'allow'; readonly reason: Reason }
  | { readonly kind: 'deny'; readonly reason: DenyReason }
  | { readonly kind: 'none'; readonly reason: NoVerdictReason };
