/** Lines of one kind in the log: this many at once, and this many a second for long. */
export interface LineLimit {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket for log lines that remembers what it has held back. Time is an argument. */
export class LineBudget {
  readonly #limit: LineLimit;
  #tokens: number;
  #refilledAtMs: number;
  readonly #suppressed = new Map<string, number>();

  constructor(limit: LineLimit, nowMs: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#refilledAtMs = nowMs;
  }

  /** True if the line may be written; otherwise it is counted under `kind`, which must be of a closed set. */
  take(kind: string, nowMs: number): boolean {
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * this.#limit.perSecond;
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + refill);
    this.#refilledAtMs = nowMs;
    if (this.#tokens < 1) {
      this.#suppressed.set(kind, (this.#suppressed.get(kind) ?? 0) + 1);
      return false;
    }
    this.#tokens -= 1;
    return true;
  }

  /** What was held back since the last call, by kind; `undefined` when nothing was. */
  takeSuppressed(): Readonly<Record<string, number>> | undefined {
    if (this.#suppressed.size === 0) return undefined;
    const counts = Object.fromEntries(this.#suppressed);
    this.#suppressed.clear();
    return counts;
  }
}
