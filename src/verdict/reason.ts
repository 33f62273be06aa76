import type { EndedBy } from '../session/session-record.ts';
import type { AllowRow, DenyRow, NoVerdictRow, ServedRow } from './reason-row.ts';

/**
 * The closed set of reasons, the same in logs, metrics and metadata. Everything that depends on a
 * reason derives from its row: a new reason is one new row.
 *
 * `class` is the verdict that an enforcing policy gives. An observing policy allows with the reason
 * of a denial or of a missing verdict.
 *
 * A client is given the exact reason only for a session that was once its own, and when it sent no
 * credential or several. All other denials look alike, so that guessing does not show which credentials exist.
 */
export const REASONS = {
  ok: {
    class: 'allow',
    meaning:
      'The session is live and keeps the limits of the policy, or the request has ended it (`ends_session`).',
  },
  session_off: { class: 'allow', meaning: 'The policy has `session: off`.' },
  session_absent: {
    class: 'allow',
    meaning:
      'The request passes without a live session, by a policy with `session: optional`, `session: login` or `ends_session`.',
  },
  preflight: { class: 'allow', meaning: 'A CORS preflight, which carries no credential.' },
  no_credential: {
    class: 'deny',
    meaning: 'The request carries no credential of any source that the policy admits.',
    clientReason: 'no_credential',
    isGone: false,
    isMendedByLogin: true,
  },
  malformed_credential: {
    class: 'deny',
    meaning:
      'The credential is not spelled as its source requires, or applications could read it in several ways.',
    clientReason: 'invalid_credential',
    isGone: false,
    isMendedByLogin: false,
  },
  ambiguous_credential: {
    class: 'deny',
    meaning: 'The request carries several different credentials.',
    clientReason: 'ambiguous_credential',
    isGone: false,
    isMendedByLogin: false,
  },
  invalid_token: {
    class: 'deny',
    meaning: 'The JWT is not valid for its source, or names no session.',
    clientReason: 'invalid_credential',
    isGone: false,
    isMendedByLogin: true,
  },
  unknown_session: {
    class: 'deny',
    meaning:
      'The credential is well-formed, but its session was never opened or was forgotten long ago.',
    clientReason: 'invalid_credential',
    isGone: true,
    isMendedByLogin: true,
  },
  idle_timeout: {
    class: 'deny',
    meaning: 'The session ended because it had no activity for the idle timeout.',
    clientReason: 'idle_timeout',
    isGone: true,
    isMendedByLogin: true,
  },
  absolute_timeout: {
    class: 'deny',
    meaning: 'The session ended because its login is older than the absolute timeout.',
    clientReason: 'absolute_timeout',
    isGone: true,
    isMendedByLogin: true,
  },
  revoked: {
    class: 'deny',
    meaning: 'The session was ended before it reached a limit.',
    clientReason: 'revoked',
    isGone: true,
    isMendedByLogin: true,
  },
  signed_out: {
    class: 'deny',
    meaning: 'The session ended because its user signed out or signed in again.',
    clientReason: 'signed_out',
    isGone: true,
    isMendedByLogin: true,
  },
  subject_locked: {
    class: 'deny',
    meaning:
      'An operator has locked the subject of the session. A login does not help, so browsers are not sent there.',
    clientReason: 'subject_locked',
    isGone: true,
    isMendedByLogin: false,
  },
  session_limit: {
    class: 'deny',
    meaning:
      'The subject of the session had more sessions than it may have at once. Only a later version ends sessions for that.',
    clientReason: 'session_limit',
    isGone: true,
    // A login may meet the same limit, and browsers would be sent to it without end.
    isMendedByLogin: false,
  },
  reauthentication_required: {
    class: 'deny',
    meaning:
      'The session has reached a limit of this policy, and stays live for policies with longer limits.',
    clientReason: 'reauthentication_required',
    isGone: false,
    isMendedByLogin: true,
  },
  prefetch_declined: {
    class: 'served',
    meaning:
      'A browser loads the page ahead of a click. It would show it without a request, and the click would not count as activity.',
    clientReason: 'prefetch_declined',
  },
  store_unavailable: {
    class: 'none',
    meaning: 'The session store did not answer in time.',
    grpcStatuses: ['UNAVAILABLE'],
  },
  overloaded: {
    class: 'none',
    meaning: 'A configured limit is reached, or the caller has hung up.',
    grpcStatuses: ['RESOURCE_EXHAUSTED'],
  },
  internal_error: {
    class: 'none',
    meaning:
      'A fault inside Curfew or of its configuration. The log of the replica that answered has the cause.',
    grpcStatuses: ['INTERNAL', 'UNAVAILABLE', 'INVALID_ARGUMENT'],
  },
} as const;
REASONS satisfies Readonly<Record<string, AllowRow | DenyRow | ServedRow | NoVerdictRow>>;

type Rows = typeof REASONS;
type ReasonOf<Class extends 'allow' | 'deny' | 'served' | 'none'> = {
  [Each in keyof Rows]: Rows[Each]['class'] extends Class ? Each : never;
}[keyof Rows];

export type Reason = keyof Rows;
/** Why an enforcing policy lets a request pass. */
export type AllowReason = ReasonOf<'allow'>;
/** Why a request may be refused. */
export type DenyReason = ReasonOf<'deny'>;
/** Why Curfew answers in place of the application without refusing a session. */
export type ServedReason = ReasonOf<'served'>;
/** Why there may be no verdict at all: our own fault, never the session's. */
export type NoVerdictReason = ReasonOf<'none'>;
/** The reasons that a client is given. */
export type ClientReason = Rows[DenyReason | ServedReason]['clientReason'];

export const REASON_NAMES: readonly Reason[] = Object.keys(REASONS) as Reason[];

/** The reason of every denial that follows from how a session has ended. */
export const REASON_OF_END = {
  idle: 'idle_timeout',
  absolute: 'absolute_timeout',
  revoked: 'revoked',
  signed_out: 'signed_out',
  subject_locked: 'subject_locked',
  session_limit: 'session_limit',
} as const;
REASON_OF_END satisfies Readonly<Record<EndedBy, DenyReason>>;

/**
 * Whether an enforcing policy would have allowed too: an allow for any other reason is a would-be
 * denial.
 */
export function isPlainAllow(reason: Reason): reason is AllowReason {
  return REASONS[reason].class === 'allow';
}
