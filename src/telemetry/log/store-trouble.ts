import type { Log } from './log.ts';

/** The store must have been well for this long before the same trouble is logged again. */
const STEADY_MS = 60_000;
/** Causes come from a closed set of words; this is a limit all the same. */
const CAUSES_MAX = 20;

/**
 * What the log says while the store cannot be used. Each cause is logged once, and again when the
 * store has been well for a minute in between; what repeats meanwhile is counted.
 */
export class StoreTrouble {
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #logged = new Set<string>();
  #seenAtMs = -Infinity;
  #isUp = false;
  /** Something was logged that has not ended yet, so its end is logged, too. */
  #isOpen = true;
  /** Losses of the connection that were not logged. */
  #repeats = 0;

  /** @param clock a monotonic clock, in milliseconds */
  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Whether there is a connection that can be used. */
  up(isUp: boolean): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    if (isUp) {
      if (this.#isOpen) this.#log.info({ event: 'store_up' }, 'connected to the store');
      this.#isOpen = false;
    } else if (this.#isNew('lost')) {
      this.#log.error({ event: 'store_down' }, 'lost the connection to the store; reconnecting');
    } else this.#repeats += 1;
  }

  /** The store cannot be used, for this reason. */
  caused(why: string): void {
    if (!this.#isNew(`caused ${why}`)) return;
    this.#log.warn(
      { event: 'store_silent', why },
      `the store cannot be used: ${why}; trying again`,
    );
  }

  /** The end of what was logged is logged in other words. */
  isOver(): void {
    this.#isOpen = false;
  }

  /** The store can be used at this moment. */
  isWell(): void {
    if (this.#isOpen) this.#log.info({ event: 'store_usable' }, 'the store can be used again');
    this.#isOpen = false;
    if (this.#repeats === 0 || this.#clock() - this.#seenAtMs < STEADY_MS) return;
    const lost = this.#repeats;
    this.#repeats = 0;
    this.#log.info(
      { event: 'store_steady', lost },
      `the store has been steady for a minute; before, the connection was lost ${lost} more times`,
    );
  }

  #isNew(cause: string): boolean {
    const nowMs = this.#clock();
    if (nowMs - this.#seenAtMs >= STEADY_MS) this.#logged.clear();
    this.#seenAtMs = nowMs;
    if (this.#logged.has(cause) || this.#logged.size >= CAUSES_MAX) return false;
    this.#logged.add(cause);
    this.#isOpen = true;
    return true;
  }
}
