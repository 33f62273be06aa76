import { usedAfter } from '../../timing/token-bucket.ts';

/** How many lines of one kind the log takes: a burst at once, then so many per second. */
export interface LineLimit {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket for log lines that counts the lines it held back. Time is an argument. */
export class LineBudget {
  readonly #limit: LineLimit;
  #used = 0;
  #refilledAtMs: number;
  readonly #suppressed = new Map<string, number>();

  constructor(limit: LineLimit, nowMs: number) {
    this.#limit = limit;
    this.#refilledAtMs = nowMs;
  }

  /**
   * Whether a line may be written. If not, it is counted.
   * @param kind what it is counted under, from a closed set
   */
  take(kind: string, nowMs: number): boolean {
    const { burst, perSecond } = this.#limit;
    this.#used = usedAfter(this.#used, nowMs - this.#refilledAtMs, perSecond);
    this.#refilledAtMs = nowMs;
    if (this.#used + 1 > burst) {
      this.#suppressed.set(kind, (this.#suppressed.get(kind) ?? 0) + 1);
      return false;
    }
    this.#used += 1;
    return true;
  }

  /** How many lines were held back since the last call, by kind; `undefined` if none was. */
  takeSuppressed(): Readonly<Record<string, number>> | undefined {
    if (this.#suppressed.size === 0) return undefined;
    const counts = Object.fromEntries(this.#suppressed);
    this.#suppressed.clear();
    return counts;
  }
}
