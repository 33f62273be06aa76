/**
 * One timer for many time limits: looks at all of them at fixed intervals, but only while there is
 * something to look at. It never keeps the process alive.
 */
export class CoarseTimer {
  readonly #periodMs: number;
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #isArmed = false;

  /** @param look checks every limit; returns whether anything is left to check */
  constructor(periodMs: number, look: () => boolean) {
    this.#periodMs = periodMs;
    this.#look = look;
  }

  /** Call this when there is something to look at. It costs nothing while the timer is armed. */
  arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    // Refreshing a timer allocates nothing, and the callers arm theirs many times a second.
    if (this.#timer === undefined) this.#timer = setTimeout(this.#fired, this.#periodMs).unref();
    else this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isArmed = false;
  }

  readonly #fired = (): void => {
    this.#isArmed = false;
    if (this.#look()) this.arm();
  };
}
