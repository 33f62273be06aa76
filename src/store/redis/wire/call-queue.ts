import type { SentCall } from './sent-call.ts';

const SLOTS_FIRST = 64;

/**
 * The calls whose replies are outstanding, in the order in which they were sent. It is a ring, so
 * that taking the first one moves nothing.
 */
export class CallQueue {
  #slots: (SentCall | undefined)[] = emptySlots(SLOTS_FIRST);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(call: SentCall): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#first + this.#length) & (this.#slots.length - 1)] = call;
    this.#length += 1;
  }

  shift(): SentCall | undefined {
    if (this.#length === 0) return undefined;
    const call = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    return call;
  }

  /** The call at this place, counted from 0 for the oldest. */
  at(place: number): SentCall | undefined {
    if (place >= this.#length) return undefined;
    return this.#slots[(this.#first + place) & (this.#slots.length - 1)];
  }

  // The number of slots stays a power of two.
  #grow(): void {
    const calls = Array.from({ length: this.#length }, (_, place) => this.at(place));
    this.#slots = [...calls, ...emptySlots(this.#slots.length)];
    this.#first = 0;
  }
}

function emptySlots(count: number): (SentCall | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}
