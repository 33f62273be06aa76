import type { ByteText } from './wire-writer.ts';

/** For longer content the beginning is made each time, so that few and short ones are kept. */
const LENGTH_KEPT_MAX = 511;

/**
 * Fields around content that stands last in all of them, such as a text in a value in a member of a struct. What stands
 * before it depends on nothing but its length, and is made once for each.
 */
export class Wrapping {
  readonly #wrap: (content: ByteText) => ByteText;
  readonly #beginnings: (ByteText | undefined)[] = [];

  /** @param wrap a pure function whose answer ends with its argument, and begins alike for all of one length */
  constructor(wrap: (content: ByteText) => ByteText) {
    this.#wrap = wrap;
  }

  around(content: ByteText): ByteText {
    return (this.#beginnings[content.length] ?? this.#beginningOf(content.length)) + content;
  }

  #beginningOf(length: number): ByteText {
    // Of zeros, because a piece of a text keeps the whole of it in memory.
    const whole = this.#wrap('\0'.repeat(length));
    const beginning = whole.slice(0, whole.length - length);
    if (length <= LENGTH_KEPT_MAX) {
      // Without gaps, which would make the array slower to read.
      while (this.#beginnings.length <= length) this.#beginnings.push(undefined);
      this.#beginnings[length] = beginning;
    }
    return beginning;
  }
}
