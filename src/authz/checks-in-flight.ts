import { CheckOverloaded } from './check-faults.ts';
import type { CheckRun } from './check-run.ts';

/** The checks that wait for the store or a key fetch. A limit keeps their memory bounded. */
export class ChecksInFlight {
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @throws {CheckOverloaded} when as many as allowed are in flight */
  admit(run: CheckRun): void {
    if (run.isInFlight) return;
    if (this.#count >= this.#max) throw new CheckOverloaded(this.#max);
    this.#count += 1;
    run.isInFlight = true;
  }

  leave(run: CheckRun): void {
    if (run.isInFlight) this.#count -= 1;
  }
}
