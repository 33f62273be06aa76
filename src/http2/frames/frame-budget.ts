import { usedAfter } from '../../timing/token-bucket.ts';
import { ConnectionFault } from './connection-fault.ts';

/** How many frames of one kind a peer may send: a burst at once, then so many per second. */
export interface FrameBudgetLimit {
  /** What is counted, for the fault's message. */
  readonly what: string;
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * A token bucket for frames that cost us work and are useless in large numbers. Answered calls pay
 * tokens back, so a busy peer may send more of these frames than an idle one.
 */
export class FrameBudget {
  readonly #limit: FrameBudgetLimit;
  #used = 0;
  #refilledAtMs: number;

  constructor(limit: FrameBudgetLimit, nowMs: number) {
    this.#limit = limit;
    this.#refilledAtMs = nowMs;
  }

  /**
   * @param units more than 1 for a frame that costs as much as several
   * @throws {ConnectionFault} ENHANCE_YOUR_CALM when the budget is used up
   */
  spend(nowMs: number, units = 1): void {
    const { burst, perSecond } = this.#limit;
    // Refilled only when the burst is used up: until then there is nothing to work out.
    if (this.#used + units > burst) {
      this.#used = usedAfter(this.#used, nowMs - this.#refilledAtMs, perSecond);
      this.#refilledAtMs = nowMs;
    }
    this.#used += units;
    if (this.#used <= burst) return;
    throw new ConnectionFault('ENHANCE_YOUR_CALM', `too many ${this.#limit.what}`);
  }

  /** Gives tokens back before their time. */
  payBack(frames: number): void {
    if (this.#used > 0) this.#used = Math.max(0, this.#used - frames);
  }
}
