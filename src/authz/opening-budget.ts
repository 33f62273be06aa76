import type { MonotonicClock } from './call-budget.ts';

/** The file's limit on openings per replica: anybody can send junk credentials, and each one costs memory for a month. */
export interface OpeningLimit {
  readonly openingsPerSecond: number;
  readonly openingsBurst: number;
}

/** A token bucket. The limit is handed in with each take, so that a reload takes effect on the next opening. */
export class OpeningBudget {
  readonly #clock: MonotonicClock;
  /** Openings used and not yet refilled: counted upwards, so that a raised burst is available at once. */
  #used = 0;
  #refilledAtMs: number;

  constructor(clock: MonotonicClock) {
    this.#clock = clock;
    this.#refilledAtMs = clock();
  }

  /** True if one more session may be opened now. */
  take(limit: OpeningLimit): boolean {
    const nowMs = this.#clock();
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * limit.openingsPerSecond;
    this.#used = Math.max(0, this.#used - refill);
    this.#refilledAtMs = nowMs;
    if (this.#used + 1 > limit.openingsBurst) return false;
    this.#used += 1;
    return true;
  }
}
