import type { UnaryStream } from './unary-stream.ts';

const SLOTS_FIRST = 64;
/** At most so many for each open stream: whoever looks at all of them must not pay for empty ones. */
const SLOTS_PER_STREAM_MAX = 4;

/**
 * Open streams by their identifiers, which rise by two: a stream's place follows from its identifier. A Map would do the
 * same, but leaves tables behind as streams come and go, and these keep dead streams, and the calls on them, alive
 * until a full collection.
 */
export class StreamSlots {
  #slots: (UnaryStream | undefined)[] = [];
  /** Those whose place is taken by one that has lived on while many passed it. */
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

  /** All of them. They may be removed meanwhile. */
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
