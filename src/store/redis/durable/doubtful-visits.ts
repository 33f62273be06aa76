import type { SessionKey } from '../../../session/session-key.ts';
import type { LoginOutcome, LoginVisit, SessionStore } from '../../../session/session-store.ts';
import { isPoisonedKey } from '../store-fault.ts';

/** More are not looked at again: after an outage there may be very many. */
const VISITS_MAX = 1_000;

/**
 * Visits of a login that may have signed a session out, but got no answer. They cannot be made
 * again: if the store has not run them, the session may be in use. So they are looked at until the
 * store has said what became of each.
 */
export class DoubtfulVisits {
  readonly #store: Pick<SessionStore, 'visitLogin'>;
  readonly #visits = new Map<SessionKey, LoginVisit>();
  #isLooking = false;

  constructor(store: Pick<SessionStore, 'visitLogin'>) {
    this.#store = store;
  }

  /** A visit has got no answer. */
  add({ key, source, maySignOut }: LoginVisit): void {
    if (!maySignOut || this.#visits.size >= VISITS_MAX) return;
    // Without the check that calls, whose request has credentials, and without any right.
    this.#visits.set(key, { key, source, endLimits: [], mayEnd: false, maySignOut: false });
  }

  /** The store has said how the session is. True if it was in doubt. */
  settle(key: SessionKey): boolean {
    return this.#visits.delete(key);
  }

  /**
   * Looks at all of them, for as long as the store answers. Never rejects.
   * @param found called with how each session is
   */
  async look(found: (visit: LoginVisit, outcome: LoginOutcome) => void): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      // oxlint-disable-next-line no-await-in-loop -- one at a time, so that checks get through
      for (const visit of this.#visits.values()) await this.#lookAt(visit, found);
    } catch {
      // The rest is looked at when the store answers again.
    }
    this.#isLooking = false;
  }

  /** @throws {StoreUnavailable} */
  async #lookAt(
    visit: LoginVisit,
    found: (visit: LoginVisit, outcome: LoginOutcome) => void,
  ): Promise<void> {
    try {
      const outcome = await this.#store.visitLogin(visit);
      if (this.settle(visit.key)) found(visit, outcome);
    } catch (fault) {
      // A key that Curfew did not write must not hold up the others.
      if (!isPoisonedKey(fault)) throw fault;
      this.settle(visit.key);
    }
  }
}
