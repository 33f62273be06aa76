/** A clock that a test moves by hand. It starts at a plausible instant, so that subtractions stay positive. */
export class ManualClock {
  #nowMs: number;

  constructor(startMs = 1_800_000_000_000) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }
}
