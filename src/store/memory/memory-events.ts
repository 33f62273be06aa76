import type { SessionEvent } from '../../session/session-event.ts';
import type { CallingCheck } from '../../session/calling-check.ts';
import type { StoreObserver } from '../store-observer.ts';

/** The events of the memory store: it keeps the newest, and its observer hears of each. */
export class MemoryEvents {
  readonly #eventsMax: number;
  readonly #observer: StoreObserver;
  readonly #events: SessionEvent[] = [];

  constructor(eventsMax: number, observer: StoreObserver) {
    this.#eventsMax = eventsMax;
    this.#observer = observer;
  }

  /** @param check the check that caused them, if one did */
  add(events: readonly SessionEvent[], check: CallingCheck | undefined): void {
    this.#events.push(...events);
    for (const event of events) this.#observer.wrote?.(event, check);
    // Halved now and then, because removing one by one would copy the list at each event.
    if (this.#events.length > 2 * this.#eventsMax) this.#events.splice(0, this.#eventsMax);
  }

  /** Those that are kept, the oldest first. */
  kept(): readonly SessionEvent[] {
    return this.#events.slice(-this.#eventsMax);
  }
}
