import type { UnaryStream } from './unary-stream.ts';

const SLOTS_FIRST = 64;
/** Slots per open stream at most: a loop over all slots must not spend its time on empty ones. */
const SLOTS_PER_STREAM_MAX = 4;

/**
 * Open streams by their identifiers. Identifiers rise by two, so the slot of a stream follows from
 * its identifier. A Map would work too, but as streams come and go it discards internal tables, and
 * these keep ended streams and their calls in memory until a full garbage collection.
 */
export class StreamSlots {
  #slots: (UnaryStream | undefined)[] = [];
  /** Streams whose slot is taken by a stream that stayed open while many others came and went. */
  readonly #others = new Map<number, UnaryStream>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(id: number): UnaryStream | undefined {
    const stream = this.#slots[this.#placeOf(id)];
    if (stream?.id === id) return stream;
    return this.#others.size === 0 ? undefined : this.#others.get(id);
  }

  add(stream: UnaryStream): void {
    this.#size += 1;
    if (this.#slots.length === 0) this.#grow();
    while (this.#isTaken(stream.id) && this.#slots.length < this.#size * SLOTS_PER_STREAM_MAX) {
      this.#grow();
    }
    const place = this.#placeOf(stream.id);
    if (this.#slots[place] === undefined) this.#slots[place] = stream;
    else this.#others.set(stream.id, stream);
  }

  remove(id: number): void {
    const place = this.#placeOf(id);
    if (this.#slots[place]?.id === id) this.#slots[place] = undefined;
    else if (!this.#others.delete(id)) return;
    this.#size -= 1;
  }

  /** All streams. They may be removed while the caller reads the list. */
  all(): readonly UnaryStream[] {
    if (this.#size === 0) return [];
    const inSlots = this.#slots.filter((stream) => stream !== undefined);
    return this.#others.size === 0 ? inSlots : [...inSlots, ...this.#others.values()];
  }

  #isTaken(id: number): boolean {
    return this.#slots[this.#placeOf(id)] !== undefined;
  }

  #placeOf(id: number): number {
    return (id >>> 1) & (this.#slots.length - 1);
  }

  // The number of slots stays a power of two.
  #grow(): void {
    const streams = this.#slots.filter((stream) => stream !== undefined);
    const count = Math.max(SLOTS_FIRST, this.#slots.length * 2);
    this.#slots = Array.from({ length: count }, () => undefined);
    for (const stream of streams) this.#slots[this.#placeOf(stream.id)] = stream;
  }
}
