import { ADMIN_LIMITS } from '../server/admin-limits.ts';
import { AdminProblem } from '../wire/problem.ts';
import type { Actor } from './actor.ts';

/** Counts the calls in flight of each caller, so that one of them leaves room for the others. */
export class CallsOfCallers {
  readonly #inFlight = new Map<string, number>();

  /** @throws {AdminProblem} if this caller has too many calls in flight */
  async during(actor: Actor, work: () => Promise<void>): Promise<void> {
    const caller = `${actor.by} ${actor.name}`;
    const before = this.#inFlight.get(caller) ?? 0;
    if (before >= ADMIN_LIMITS.inFlightOfCallerMax) {
      const detail = 'too many of your calls are in flight; try again in a moment';
      throw new AdminProblem('overloaded', detail);
    }
    this.#inFlight.set(caller, before + 1);
    try {
      await work();
    } finally {
      const left = (this.#inFlight.get(caller) ?? 1) - 1;
      if (left > 0) this.#inFlight.set(caller, left);
      else this.#inFlight.delete(caller);
    }
  }
}
