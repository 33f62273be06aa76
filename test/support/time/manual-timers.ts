/** Timers that fire when a test moves their clock. */
export class ManualTimers {
  #nowMs = 1_000;
  readonly #waiting = new Set<{ readonly atMs: number; readonly run: () => void }>();

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  };

  /** How long until the next timer fires; `undefined` without one. */
  get nextMs(): number | undefined {
    const dues = Array.from(this.#waiting, ({ atMs }) => atMs - this.#nowMs);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  /** Moves the clock, and fires what is due by then. */
  pass(ms: number): void {
    this.#nowMs += ms;
    const due = Array.from(this.#waiting).filter(({ atMs }) => atMs <= this.#nowMs);
    // One of these may cancel another.
    for (const timer of due) if (this.#waiting.delete(timer)) timer.run();
  }
}
