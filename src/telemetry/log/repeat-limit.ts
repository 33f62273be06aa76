/** The same thing is logged at most once in this time. */
const PAUSE_MS = 60_000;
/** Different things that are logged within it. */
const DIFFERENT_MAX = 20;

/**
 * Keeps what alternates, or comes again and again, from filling the log: each thing is logged when
 * it is new, and again after a minute. What is left out is counted.
 */
export class RepeatLimit {
  readonly #clock: () => number;
  readonly #loggedAtMs = new Map<string, number>();
  #leftOut = 0;

  /** @param clock a monotonic clock, in milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether this may be logged now. If so, it counts as logged. */
  isDue(what: string): boolean {
    const nowMs = this.#clock();
    for (const [each, loggedAtMs] of this.#loggedAtMs) {
      if (nowMs - loggedAtMs >= PAUSE_MS) this.#loggedAtMs.delete(each);
    }
    if (this.#loggedAtMs.has(what) || this.#loggedAtMs.size >= DIFFERENT_MAX) return false;
    this.#loggedAtMs.set(what, nowMs);
    return true;
  }

  /** Something was not logged. */
  leaveOut(): void {
    this.#leftOut += 1;
  }

  /** What was not logged since the last call, as a field of the next line; none if it is nothing. */
  takeLeftOut(): { readonly left_out?: number } {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut === 0 ? {} : { left_out: leftOut };
  }
}
