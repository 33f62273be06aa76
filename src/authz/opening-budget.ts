import { usedAfter } from '../timing/token-bucket.ts';
import type { MonotonicClock } from './call-budget.ts';

/**
 * The policy file's limit on openings per replica: any client can send invented credentials, and
 * each one costs memory for a month.
 */
export interface OpeningLimit {
  readonly openingsPerSecond: number;
  readonly openingsBurst: number;
}

/**
 * A token bucket. The limit is an argument of each take, so a reload takes effect on the next
 * opening.
 */
export class OpeningBudget {
  readonly #clock: MonotonicClock;
  /** Openings that time has not given back yet. */
  #used = 0;
  #refilledAtMs: number;

  constructor(clock: MonotonicClock) {
    this.#clock = clock;
    this.#refilledAtMs = clock();
  }

  /** True if one more session may be opened now. */
  take(limit: OpeningLimit): boolean {
    const nowMs = this.#clock();
    const elapsedMs = nowMs - this.#refilledAtMs;
    this.#used = usedAfter(this.#used, elapsedMs, limit.openingsPerSecond);
    this.#refilledAtMs = nowMs;
    if (this.#used + 1 > limit.openingsBurst) return false;
    this.#used += 1;
    return true;
  }
}
