import type { SessionClocks } from './deadlines.ts';
import type { EndedBy } from './session-record.ts';

/** What the store found and did in one atomic step. Not a verdict: the policy's mode and session rule judge it. */
export type TouchOutcome = LiveOutcome | ExpiredOutcome | EndedOutcome | UnknownOutcome;

export interface LiveOutcome {
  readonly kind: 'live';
  readonly clocks: SessionClocks;
  /** `moved`: activity was written; `skipped`: within the touch interval; `passive`: the request does not count. */
  readonly activity: 'moved' | 'skipped' | 'passive';
  /** This step created the record. */
  readonly opened: boolean;
}

/** A limit of this policy is reached, and the session was not ended before. */
export interface ExpiredOutcome {
  readonly kind: 'expired';
  readonly by: 'idle' | 'absolute';
  readonly clocks: SessionClocks;
  /**
   * `ended`: this step wrote the tombstone and the event (`on_expiry: end`, enforced).
   * `kept`: the session goes on for other policies (challenge, ambiguous path, observe).
   */
  readonly effect: 'ended' | 'kept';
  /** Observe mode only: this step's write is the one that crossed the limit, hence counts as a would-be end. */
  readonly crossed: boolean;
  readonly opened: boolean;
}

/** The tombstone was already there. */
export interface EndedOutcome {
  readonly kind: 'ended';
  readonly by: EndedBy;
  readonly endedAtMs: number;
  readonly nowMs: number;
}

/** No record: never opened, or long forgotten. */
export interface UnknownOutcome {
  readonly kind: 'unknown';
  readonly nowMs: number;
}
