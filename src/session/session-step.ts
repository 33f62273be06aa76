import type { SessionEvent } from './session-event.ts';
import type { SessionRecord } from './session-record.ts';

/** One atomic step on one session: what to write, what was found, and what to report. */
export interface SessionStep<Outcome> {
  /** The same object as before if nothing is to be written; `undefined` = still unknown. */
  readonly record: SessionRecord | undefined;
  readonly outcome: Outcome;
  readonly events: readonly SessionEvent[];
}
