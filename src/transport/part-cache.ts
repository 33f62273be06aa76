/** Far more than one policy file has names; replies have few others. */
const PARTS_MAX = 1_000;
/** Longer text is made anew each time: a client may name headers as it likes, and must not fill this. */
const TEXT_CHARACTERS_MAX = 128;

/**
 * Keeps what is made of the names of headers, which stand in reply after reply. Were it ever fed with more different
 * ones than that, it would begin anew.
 */
export class PartCache<Part> {
  readonly #make: (text: string) => Part;
  readonly #parts = new Map<string, Part>();

  /** @param make a pure function; what it throws is thrown on, and nothing kept */
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
