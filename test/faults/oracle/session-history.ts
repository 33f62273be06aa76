import { NEVER_SEEN, oneOf } from './session-state.ts';
import type { SessionState } from './session-state.ts';

/** What the store held about a session over time. A write that is lost brings an earlier state back. */
export class SessionHistory {
  /** The oldest first. Each was replaced at `untilMs` at the latest. */
  readonly #past: readonly { readonly state: SessionState; readonly untilMs: number }[];
  readonly now: SessionState;

  constructor(now: SessionState = NEVER_SEEN, past?: SessionHistory, untilMs = 0) {
    this.now = now;
    this.#past = past === undefined ? [] : [...past.#past, { state: past.now, untilMs }];
  }

  /** The history that goes on with another state, because of a question answered at `untilMs`. */
  goesOn(next: SessionState, untilMs: number): SessionHistory {
    return new SessionHistory(next, this, untilMs);
  }

  /** Any state that was the present one at this instant or later. */
  anySince(instantMs: number): SessionState {
    const since = this.#past.filter(({ untilMs }) => untilMs >= instantMs);
    return oneOf([...since.map(({ state }) => state), this.now]);
  }
}
