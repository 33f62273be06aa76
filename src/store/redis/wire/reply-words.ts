const SPACE = 32;
const MINUS = 45;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const DIGITS_MAX = 16;

const { call } = Function.prototype;
/** `charCodeAt`, found once: V8 looks methods of texts up again at each call in a busy place. */
const codeAt = call.bind(String.prototype.charCodeAt) as (text: string, at: number) => number;

/**
 * The words of a script's reply, separated by single spaces. They are read one after the other from
 * the received bytes, without making strings of them. A word that is not as expected is `NaN` or
 * `undefined`.
 */
export class ReplyWords {
  readonly #bytes: Buffer;
  readonly #to: number;
  #at: number;

  constructor(bytes: Buffer, from: number, to: number) {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
  }

  /** True when no word is left. */
  get isEnd(): boolean {
    return this.#at > this.#to;
  }

  /** The next word as a decimal integer; `NaN` for anything else and beyond safe integers. */
  integer(): number {
    const bytes = this.#bytes;
    const to = this.#to;
    let at = this.#at;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at += 1;
    const first = at;
    let value = 0;
    for (; at < to; at += 1) {
      const byte = bytes[at] ?? SPACE;
      if (byte < DIGIT_0 || byte > DIGIT_9) break;
      value = value * 10 + (byte - DIGIT_0);
    }
    const digits = at - first;
    const isWhole = at >= to || bytes[at] === SPACE;
    this.#at = at + 1;
    if (!isWhole || digits === 0 || digits > DIGITS_MAX || value > Number.MAX_SAFE_INTEGER) {
      return NaN;
    }
    return isNegative ? -value : value;
  }

  /** Which of these the next word is; `undefined` for another word, which is then not consumed. */
  oneOf<Choice extends string>(choices: readonly Choice[]): Choice | undefined {
    for (const choice of choices) {
      const end = this.#at + choice.length;
      const isWhole = end === this.#to || (end < this.#to && this.#bytes[end] === SPACE);
      if (isWhole && this.#isNext(choice)) {
        this.#at = end + 1;
        return choice;
      }
    }
    return undefined;
  }

  /** The next word as text; `undefined` if none is left. Its characters are ASCII. */
  word(): string | undefined {
    if (this.isEnd) return undefined;
    const from = this.#at;
    let to = from;
    while (to < this.#to && this.#bytes[to] !== SPACE) to += 1;
    this.#at = to + 1;
    return this.#bytes.toString('latin1', from, to);
  }

  /** Whether the next word is this prefix followed by this number. */
  isNonce(prefix: string, number: number): boolean {
    if (!this.#isNext(prefix)) return false;
    this.#at += prefix.length;
    return this.integer() === number;
  }

  /** Everything that is left, as text. */
  rest(): string {
    return this.#at < this.#to ? this.#bytes.toString('utf8', this.#at, this.#to) : '';
  }

  #isNext(text: string): boolean {
    const { length } = text;
    const bytes = this.#bytes;
    const from = this.#at;
    if (from + length > this.#to) return false;
    for (let index = 0; index < length; index += 1) {
      if (bytes[from + index] !== codeAt(text, index)) return false;
    }
    return true;
  }
}
