import type { UnaryStream } from './unary-stream.ts';

const SLOTS_FIRST = 64;
/** More than streams are open at a time; beyond that only one that lives on while thousands pass it needs other room. */
const SLOTS_MAX = 4_096;

/**
 * Open streams by their identifiers, which rise by two: a stream's place follows from its identifier. A Map would do the
 * same, but leaves tables behind as streams come and go, and these keep dead streams, and the calls on them, alive
 * until a full collection.
 */
export class StreamSlots {
  #slots: (UnaryStream | undefined)[] = [];
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
    while (this.#slots[this.#placeOf(stream.id)] !== undefined && this.#slots.length < SLOTS_MAX) {
      this.#grow();
    }
    if (this.#slots.length === 0) this.#grow();
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
