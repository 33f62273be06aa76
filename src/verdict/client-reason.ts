import type { DenyReason } from './verdict.ts';

/** What a refused client is told. */
export type ClientReason =
  | Extract<
      DenyReason,
      | 'no_credential'
      | 'idle_timeout'
      | 'absolute_timeout'
      | 'revoked'
      | 'reauthentication_required'
    >
  | 'invalid_credential';

/**
 * The exact reason only for a session that was once the client's own, and for no credential at all. Everything else
 * reads alike, so that nobody learns by guessing which credentials exist.
 */
export function clientReason(reason: DenyReason): ClientReason {
  switch (reason) {
    case 'no_credential':
    case 'idle_timeout':
    case 'absolute_timeout':
    case 'revoked':
    case 'reauthentication_required':
      return reason;
    case 'malformed_credential':
    case 'ambiguous_credential':
    case 'invalid_token':
    case 'unknown_session':
    case 'session_limit':
      return 'invalid_credential';
    default:
      return reason satisfies never;
  }
}
