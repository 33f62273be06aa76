const DELAY_MIN_MS = 50;
const DELAY_MAX_MS = 1_000;
/** After a connection that has lasted for so long, the first attempt comes soon. */
const LASTING_MS = 1_000;

/**
 * How long to wait before the next attempt to connect: longer after each attempt that failed, at
 * random, so that replicas do not all reconnect at the same time. A server that accepts a connection
 * but must not be used counts as a failed attempt, too. So does a connection that is lost again
 * soon: otherwise something that resets each of them would keep all replicas busy with greetings.
 */
export class ReconnectPace {
  readonly #clock: () => number;
  #failed = 0;
  #lostSoon = 0;
  #settledAtMs: number | undefined;

  /** @param clock only measures durations */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Attempts since the last connection that could be used. */
  get failed(): number {
    return this.#failed;
  }

  /** The delay after one more failed attempt. It never gives up. */
  nextMs(): number {
    if (this.#settledAtMs !== undefined) {
      const hasLasted = this.#clock() - this.#settledAtMs >= LASTING_MS;
      this.#lostSoon = hasLasted ? 0 : this.#lostSoon + 1;
      this.#settledAtMs = undefined;
    }
    const doublings = Math.min(this.#failed + this.#lostSoon, 10);
    this.#failed += 1;
    return Math.min(DELAY_MIN_MS * 2 ** doublings, DELAY_MAX_MS) * (0.5 + Math.random() / 2);
  }

  /** A connection can be used. */
  settled(): void {
    this.#failed = 0;
    this.#settledAtMs = this.#clock();
  }
}
