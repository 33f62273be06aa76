import { ConnectionFault } from './connection-fault.ts';

/** How many frames of a kind a peer may send: a burst at once, and so many a second from then on. */
export interface FrameBudgetLimit {
  /** What is counted, for the words of the fault. */
  readonly what: string;
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * A token bucket for frames that cost us something and bring nobody anything when they come in floods. Calls that are
 * answered pay back: a busy peer may send more of them than an idle one.
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
   * @param units more than one for a frame that costs as much as several
   * @throws {ConnectionFault} ENHANCE_YOUR_CALM when it is used up
   */
  spend(nowMs: number, units = 1): void {
    this.#used += units;
    if (this.#used <= this.#limit.burst) return;
    // Looked at only now: below the burst no clock is needed.
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * this.#limit.perSecond;
    this.#used = Math.max(units, this.#used - refill);
    this.#refilledAtMs = nowMs;
    if (this.#used <= this.#limit.burst) return;
    throw new ConnectionFault('ENHANCE_YOUR_CALM', `too many ${this.#limit.what}`);
  }

  payBack(frames: number): void {
    if (this.#used > 0) this.#used = Math.max(0, this.#used - frames);
  }
}
