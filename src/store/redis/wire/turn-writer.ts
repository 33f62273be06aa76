import type { Writable } from 'node:stream';

/** Writes the commands of one turn of the event loop at once: a write costs more than a command. */
export class TurnWriter {
  readonly #stream: Writable;
  readonly #lost: () => void;
  #text = '';

  /** @param lost called when there is something to write but the stream is closed for writing */
  constructor(stream: Writable, lost: () => void) {
    this.#stream = stream;
    this.#lost = lost;
  }

  /** Writes these bytes, one for each character, after the current callback of the event loop. */
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
