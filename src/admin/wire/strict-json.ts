/** No call needs more than one level inside its object. */
const DEPTH_MAX = 8;

/** A text is not the JSON that a call takes. Contains no part of the text. */
export class JsonFault extends Error {
  readonly code = 'ERR_JSON';
  constructor(why: string, at: number) {
    super(`the body ${why}, at character ${at + 1}`);
    this.name = 'JsonFault';
  }
}

/**
 * Parses JSON, and refuses what parsers understand in different ways (RFC 8259 sections 4, 8 and 9):
 * names that stand twice in an object, also in different spellings, `__proto__`, deep nesting, and
 * text that is not Unicode. A proxy or a log that reads the body must not see another call in it.
 * @throws {JsonFault}
 */
export function parseStrictJson(text: string): unknown {
  return new Scanner(text).whole();
}

const SPACE = /[\t\n\r ]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// A string with its escapes; what they mean is left to JSON.parse.
// oxlint-disable-next-line no-control-regex -- they must be escaped inside a string
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#take(SPACE);
    if (this.#at < this.#text.length) this.#fail('goes on after its end');
    return value;
  }

  #value(depth: number): unknown {
    this.#take(SPACE);
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#array(this.#deeper(depth));
      case '"':
        return this.#string();
      default: {
        const scalar = this.#take(NUMBER) ?? this.#take(WORD);
        if (scalar === undefined) this.#fail('is not JSON');
        const value: unknown = JSON.parse(scalar);
        if (typeof value === 'number' && !Number.isFinite(value)) this.#fail('has a huge number');
        return value;
      }
    }
  }

  #object(depth: number): Readonly<Record<string, unknown>> {
    const members = new Map<string, unknown>();
    this.#list('}', () => {
      const at = this.#at;
      const name = this.#string();
      if (name === '__proto__') this.#fail('names __proto__', at);
      if (members.has(name)) this.#fail('has the same name twice in one object', at);
      this.#expect(':');
      members.set(name, this.#value(depth));
    });
    return Object.fromEntries(members);
  }

  #array(depth: number): readonly unknown[] {
    const items: unknown[] = [];
    this.#list(']', () => void items.push(this.#value(depth)));
    return items;
  }

  /** Reads entries with commas between them, from the opening bracket to the closing one. */
  #list(end: string, entry: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#take(SPACE);
      entry();
      this.#take(SPACE);
      if (this.#text[this.#at] === end) break;
      this.#expect(',');
    }
    this.#at += 1;
  }

  #string(): string {
    const at = this.#at;
    const literal = this.#take(STRING);
    if (literal === undefined) this.#fail('is not JSON: a string was expected');
    const text = JSON.parse(literal) as string;
    if (!text.isWellFormed()) this.#fail('has text that is not Unicode', at);
    return text;
  }

  #expect(character: string): void {
    this.#take(SPACE);
    if (this.#text[this.#at] !== character) this.#fail(`is not JSON: "${character}" was expected`);
    this.#at += 1;
  }

  #deeper(depth: number): number {
    if (depth >= DEPTH_MAX) this.#fail(`is nested deeper than ${DEPTH_MAX} levels`);
    return depth + 1;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(why: string, at = this.#at): never {
    throw new JsonFault(why, at);
  }
}
