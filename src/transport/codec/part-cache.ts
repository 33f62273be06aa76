/** Far more than one policy file has names. Replies have few others. */
const PARTS_MAX = 1_000;
/** Longer text is not kept: clients can choose header names, and must not fill the cache. */
const TEXT_CHARACTERS_MAX = 128;

/**
 * Keeps the encoded parts for header names, which repeat from reply to reply. When there are more
 * different ones than the limit allows, it starts again from empty.
 */
export class PartCache<Part> {
  readonly #make: (text: string) => Part;
  readonly #parts = new Map<string, Part>();

  /** @param make a pure function; if it throws, nothing is kept */
  constructor(make: (text: string) => Part) {
    this.#make = make;
  }

  of(text: string): Part {
    return this.#parts.get(text) ?? this.#add(text);
  }

  #add(text: string): Part {
    const part = this.#make(text);
    if (text.length > TEXT_CHARACTERS_MAX) return part;
    if (this.#parts.size >= PARTS_MAX) this.#parts.clear();
    this.#parts.set(text, part);
    return part;
  }
}
