/** One timer for many time limits: it looks at all of them now and then, and runs only while there are any. */
export class CoarseTimer {
  readonly #periodMs: number;
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param look looks at everything; false = nothing is left to look at */
  constructor(periodMs: number, look: () => boolean) {
    this.#periodMs = periodMs;
    this.#look = look;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#look()) this.stop();
    }, this.#periodMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
