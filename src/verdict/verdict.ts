import type { NoReply } from './check-reply.ts';
import type { DenyReason, NoVerdictReason, Reason, ServedReason } from './reason.ts';

/**
 * The request passes. In observe mode an allow carries the true reason (`idle_timeout`,
 * `store_unavailable`, …).
 */
export interface Allow {
  readonly kind: 'allow';
  readonly reason: Reason;
}

export interface Deny {
  readonly kind: 'deny';
  readonly reason: DenyReason;
}

/** Curfew answers in place of the application, and refuses no session. */
export interface Served {
  readonly kind: 'served';
  readonly reason: ServedReason;
}

/** The third answer, an RPC error: the state of the session could not be found out. */
export interface NoVerdict {
  readonly kind: 'none';
  readonly reason: NoVerdictReason;
  readonly grpcStatus: NoReply['grpcStatus'];
  /** The reason and words for the operator; never anything that the client sent. */
  readonly message: string;
}

/** What we answer to one check. */
export type Verdict = Allow | Deny | Served | NoVerdict;
