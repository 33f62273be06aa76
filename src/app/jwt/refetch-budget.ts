const BURST = 3;
const REFILL_MS = 20_000;

/**
 * How often tokens that name unknown keys may make us look for new ones: at once when keys have been rotated, and
 * hardly at all while somebody sends junk. Time is an argument.
 */
export class RefetchBudget {
  #tokens = BURST;
  #refilledAtMs: number;

  constructor(nowMs: number) {
    this.#refilledAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    const refill = Math.max(0, nowMs - this.#refilledAtMs) / REFILL_MS;
    this.#tokens = Math.min(BURST, this.#tokens + refill);
    this.#refilledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
