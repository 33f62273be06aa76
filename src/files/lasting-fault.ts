/**
 * Reports a fault only if it lasts. A short one is normal: files that belong together are replaced
 * one after the other, and do not match in between.
 */
export class LastingFault<Fault> {
  readonly #afterMs: number;
  readonly #report: (fault: Fault) => void;
  #latest: Fault | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReported = false;

  constructor(afterMs: number, report: (fault: Fault) => void) {
    this.#afterMs = afterMs;
    this.#report = report;
  }

  /** The fault has appeared or changed. The latest one is reported, timed from the first. */
  seen(fault: Fault): void {
    this.#latest = fault;
    this.#timer ??= setTimeout(() => this.#lasted(), this.#afterMs);
  }

  /** The fault has gone. @returns whether it had been reported */
  over(): boolean {
    const wasReported = this.#isReported;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isReported = false;
    return wasReported;
  }

  #lasted(): void {
    this.#timer = undefined;
    this.#isReported = true;
    if (this.#latest !== undefined) this.#report(this.#latest);
  }
}
