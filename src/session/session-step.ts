import type { SessionEvent } from './session-event.ts';
import type { SessionRecord } from './session-record.ts';

/** One atomic step on one session: what to keep, what was found, what to tell. */
export interface SessionStep<Outcome> {
  /** The very same object as before when nothing is to be written; `undefined` = still unknown. */
  readonly record: SessionRecord | undefined;
  readonly outcome: Outcome;
  readonly events: readonly SessionEvent[];
}
