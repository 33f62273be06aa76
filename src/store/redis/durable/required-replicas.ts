/**
 * How long replicas that were seen are expected to come back: as long as ends are written again
 * after a change of primary.
 */
const REMEMBERED_MS = 15 * 60_000;

/** How many replicas have to confirm what administration writes. */
export class RequiredReplicas {
  readonly #configured: number | undefined;
  readonly #clock: () => number;
  #seenAtMs = -Infinity;

  /**
   * @param configured how many; `undefined`: all that are connected, and at least one if there were
   *   any during the last 15 minutes
   * @param clock a monotonic clock, in milliseconds
   */
  constructor(configured: number | undefined, clock: () => number) {
    this.#configured = configured;
    this.#clock = clock;
  }

  /** So many are connected now. */
  seen(online: number): void {
    if (online > 0) this.#seenAtMs = this.#clock();
  }

  /**
   * @param online how many are connected now
   * @returns how many have to confirm; 0 if there is nothing to wait for
   */
  of(online: number): number {
    this.seen(online);
    if (this.#configured !== undefined) return this.#configured;
    if (online > 0) return online;
    return this.#clock() - this.#seenAtMs < REMEMBERED_MS ? 1 : 0;
  }
}
