/** One timer for many deadlines: looks every few milliseconds while there is anything to look at. */
export class CoarseTimer {
  readonly #everyMs: number;
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #isArmed = false;

  /** `look` answers whether there is anything left to look at. */
  constructor(everyMs: number, look: () => boolean) {
    this.#everyMs = everyMs;
    this.#look = look;
  }

  /** There is something to look at. Costs nothing while it is armed. */
  arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    if (this.#timer === undefined) this.#timer = setTimeout(this.#fired, this.#everyMs);
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
