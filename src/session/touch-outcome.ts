import type { SessionClocks } from './deadlines.ts';
import type { EndedBy } from './session-record.ts';
import type { SubjectKey } from './subject-key.ts';

/**
 * What the store found and did in one atomic step. The verdict also depends on the policy's mode
 * and session rule.
 */
export type TouchOutcome = LiveOutcome | ExpiredOutcome | EndedOutcome | UnknownOutcome;

export interface LiveOutcome {
  readonly kind: 'live';
  readonly clocks: SessionClocks;
  /**
   * `moved`: activity was written; `skipped`: within the touch interval; `passive`: not activity.
   */
  readonly activity: 'moved' | 'skipped' | 'passive';
  /** This step created the record. */
  readonly opened: boolean;
  /**
   * Whose session it is, compared with the subject of the request: it has no subject yet, this one,
   * or another one. Left out if the request names no subject, and while not all replicas can read
   * subjects.
   */
  readonly subject?: 'none' | 'same' | 'other' | undefined;
}

/** A limit of this policy is reached, and the session had not ended before. */
export interface ExpiredOutcome {
  readonly kind: 'expired';
  readonly by: 'idle' | 'absolute';
  readonly clocks: SessionClocks;
  /**
   * `ended`: this step wrote the tombstone and the event (`on_expiry: end`, enforced).
   * `kept`: the session lives on for other policies (challenge, ambiguous path, observe).
   */
  readonly effect: 'ended' | 'kept';
  /**
   * Observe mode only: the write of this step crossed the limit, so it counts as a would-be end.
   */
  readonly crossed: boolean;
  readonly opened: boolean;
  /** Whose session this step has ended; left out if it ended none, or one without a subject. */
  readonly subject?: SubjectKey | undefined;
}

/** The session had ended before this step. */
export interface EndedOutcome {
  readonly kind: 'ended';
  readonly by: EndedBy;
  readonly endedAtMs: number;
  readonly nowMs: number;
}

/** There is no record: the session was never opened, or was deleted after its retention. */
export interface UnknownOutcome {
  readonly kind: 'unknown';
  readonly nowMs: number;
}
