import type { ByteText } from './wire-writer.ts';

/** For longer content the beginning is not kept, so that only few and short ones are. */
const LENGTH_KEPT_MAX = 511;

/**
 * Nested fields around content that is last in each of them, such as a text in a value in a member
 * of a struct. The bytes before the content depend only on its length, so they are kept for each
 * length.
 */
export class Wrapping {
  readonly #wrap: (content: ByteText) => ByteText;
  readonly #beginnings: (ByteText | undefined)[] = [];

  /**
   * @param wrap a pure function; its result ends with the argument, and what comes before depends
   *   only on the length
   */
  constructor(wrap: (content: ByteText) => ByteText) {
    this.#wrap = wrap;
  }

  around(content: ByteText): ByteText {
    return (this.#beginnings[content.length] ?? this.#beginningOf(content.length)) + content;
  }

  #beginningOf(length: number): ByteText {
    // Made with zeros: a slice of the content's own text would keep all of it in memory.
    const whole = this.#wrap('\0'.repeat(length));
    const beginning = whole.slice(0, whole.length - length);
    if (length <= LENGTH_KEPT_MAX) {
      // Filled without gaps, which would make the array slower to read.
      while (this.#beginnings.length <= length) this.#beginnings.push(undefined);
      this.#beginnings[length] = beginning;
    }
    return beginning;
  }
}
