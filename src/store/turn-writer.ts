import type { Writable } from 'node:stream';

/** Writes to a socket once for all commands of one turn: a write costs more than a command. */
export class TurnWriter {
  readonly #stream: Writable;
  readonly #lost: () => void;
  #text = '';

  /** `lost`: told when there is something to write, and nothing can be written any more. */
  constructor(stream: Writable, lost: () => void) {
    this.#stream = stream;
    this.#lost = lost;
  }

  /** Writes these bytes, one a character, when the callback of the event loop that runs now is over. */
  add(text: string): void {
    if (this.#text === '') process.nextTick(this.#flush);
    this.#text += text;
  }

  readonly #flush = (): void => {
    const text = this.#text;
    this.#text = '';
    if (this.#stream.writable) this.#stream.write(text, 'latin1');
    else this.#lost();
  };
}
