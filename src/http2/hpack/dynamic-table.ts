/** Bytes that an entry counts in addition to its name and value (RFC 7541 section 4.1). */
export const ENTRY_OVERHEAD = 32;

/**
 * The table that the header blocks of a connection fill over time (RFC 7541 section 2.3.2): first
 * in, first out, limited by the size of its entries. It is a ring, so no entry ever moves.
 */
export class DynamicTable {
  /** Rises with each change of the table: equal numbers mean equal tables. */
  generation = 0;
  /** How many entries there are. */
  length = 0;
  #size = 0;
  #sizeMax: number;
  /** The slot of the newest entry. */
  #newest = 0;
  #names: string[] = emptySlots(16);
  #values: string[] = emptySlots(16);

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** The size of all entries, in bytes as RFC 7541 section 4.1 counts them. */
  get size(): number {
    return this.#size;
  }

  get sizeMax(): number {
    return this.#sizeMax;
  }

  /** The name of the entry that came `age` entries before the newest one; 0 <= age < length. */
  name(age: number): string {
    return this.#names[(this.#newest - age) & (this.#names.length - 1)] ?? '';
  }

  /** The value of the entry that came `age` entries before the newest one; 0 <= age < length. */
  value(age: number): string {
    return this.#values[(this.#newest - age) & (this.#values.length - 1)] ?? '';
  }

  /** Adds an entry and evicts the oldest ones. One larger than the table only empties it. */
  add(name: string, value: string): void {
    const entrySize = name.length + value.length + ENTRY_OVERHEAD;
    this.generation += 1;
    this.#evictTo(this.#sizeMax - entrySize);
    if (entrySize > this.#sizeMax) return;
    if (this.length === this.#names.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#names.length - 1);
    this.#names[this.#newest] = name;
    this.#values[this.#newest] = value;
    this.length += 1;
    this.#size += entrySize;
  }

  resize(sizeMax: number): void {
    this.generation += 1;
    this.#sizeMax = sizeMax;
    this.#evictTo(sizeMax);
  }

  #evictTo(sizeMax: number): void {
    while (this.#size > sizeMax && this.length > 0) {
      const oldest = (this.#newest - this.length + 1) & (this.#names.length - 1);
      const size = (this.#names[oldest] ?? '').length + (this.#values[oldest] ?? '').length;
      this.#size -= size + ENTRY_OVERHEAD;
      this.length -= 1;
      // Cleared so that the text does not stay in memory.
      this.#names[oldest] = '';
      this.#values[oldest] = '';
    }
  }

  /** Doubles the slots. Their number is a power of two, so a mask finds a slot. */
  #grow(): void {
    const names = emptySlots(this.length * 2);
    const values = emptySlots(this.length * 2);
    for (let age = 0; age < this.length; age += 1) {
      names[this.length - 1 - age] = this.name(age);
      values[this.length - 1 - age] = this.value(age);
    }
    this.#names = names;
    this.#values = values;
    this.#newest = this.length - 1;
  }
}

function emptySlots(count: number): string[] {
  return Array.from({ length: count }, () => '');
}
