import type { ByteText } from './wire-writer.ts';

/** Far more than one policy file has names; replies have few others. */
const PARTS_MAX = 1_000;
/** Longer text is made anew each time: a client may name headers as it likes, and must not fill this. */
const TEXT_CHARACTERS_MAX = 128;

/**
 * Keeps the bytes of what stands in reply after reply: names of headers, policies, sources and reasons. Were it ever
 * fed with more different ones than that, it would begin anew.
 */
export class PartCache {
  readonly #make: (text: string) => ByteText;
  readonly #parts = new Map<string, ByteText>();

  /** @param make a pure function; what it throws is thrown on, and nothing kept */
  constructor(make: (text: string) => ByteText) {
    this.#make = make;
  }

  of(text: string): ByteText {
    return this.#parts.get(text) ?? this.#add(text);
  }

  #add(text: string): ByteText {
    const bytes = this.#make(text);
    if (text.length > TEXT_CHARACTERS_MAX) return bytes;
    if (this.#parts.size >= PARTS_MAX) this.#parts.clear();
    this.#parts.set(text, bytes);
    return bytes;
  }
}
