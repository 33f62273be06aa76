import { usedAfter } from '../timing/token-bucket.ts';

const BURST = 3;
/** One more every 20 s. */
const PER_SECOND = 0.05;

/**
 * How often a token that names an unknown key may make us fetch the keys again: at once after a key
 * rotation, and rarely while a client sends junk. Time is an argument.
 */
export class RefetchBudget {
  #used = 0;
  #refilledAtMs: number;

  constructor(nowMs: number) {
    this.#refilledAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    this.#used = usedAfter(this.#used, nowMs - this.#refilledAtMs, PER_SECOND);
    this.#refilledAtMs = nowMs;
    if (this.#used + 1 > BURST) return false;
    this.#used += 1;
    return true;
  }
}
