const DELAY_MIN_MS = 50;
const DELAY_MAX_MS = 1_000;

/**
 * How long to wait before the next attempt to connect: longer after each attempt that failed, at
 * random, so that replicas do not all reconnect at the same time. A server that accepts a connection
 * but must not be used counts as a failed attempt, too.
 */
export class ReconnectPace {
  #failed = 0;

  /** Attempts since the last connection that could be used. */
  get failed(): number {
    return this.#failed;
  }

  /** The delay after one more failed attempt. It never gives up. */
  nextMs(): number {
    const delayMs = Math.min(DELAY_MIN_MS * 2 ** Math.min(this.#failed, 10), DELAY_MAX_MS);
    this.#failed += 1;
    return delayMs * (0.5 + Math.random() / 2);
  }

  /** A connection can be used. */
  settled(): void {
    this.#failed = 0;
  }
}
