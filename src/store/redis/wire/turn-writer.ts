import type { Writable } from 'node:stream';

const SLAB_BYTES_MIN = 1_024;
const SLAB_BYTES_MAX = 64 * 1_024;

/**
 * Writes the commands of one turn of the event loop at once: a write costs more than a command. They
 * are spelled straight into the bytes that the stream gets. Bytes that it got are never written to
 * again, so they need no copy.
 */
export class TurnWriter {
  /** Where the next bytes go, after {@link reserve}. */
  slab: Buffer = Buffer.alloc(0);
  at = 0;
  #sent = 0;
  /** What did not fit into the current slab any more, in the order in which it was written. */
  #full: Buffer[] = [];
  #isDue = false;
  readonly #stream: Writable;
  readonly #lost: () => void;

  /** @param lost called when there is something to write but the stream is closed for writing */
  constructor(stream: Writable, lost: () => void) {
    this.#stream = stream;
    this.#lost = lost;
  }

  /**
   * Makes room for bytes that are written after the current callback of the event loop. The caller
   * spells them in `slab` from `at` on, then moves `at`.
   */
  reserve(bytes: number): void {
    if (!this.#isDue) {
      this.#isDue = true;
      process.nextTick(this.#flush);
    }
    if (this.slab.length - this.at >= bytes) return;
    if (this.at > this.#sent) this.#full.push(this.slab.subarray(this.#sent, this.at));
    const size = Math.min(Math.max(this.slab.length * 2, SLAB_BYTES_MIN), SLAB_BYTES_MAX);
    this.slab = Buffer.allocUnsafe(Math.max(size, bytes));
    this.at = 0;
    this.#sent = 0;
  }

  /** Adds bytes, one for each character. */
  add(text: string): void {
    this.reserve(text.length);
    this.at += this.slab.write(text, this.at, text.length, 'latin1');
  }

  readonly #flush = (): void => {
    this.#isDue = false;
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    const last = this.slab.subarray(this.#sent, this.at);
    this.#sent = this.at;
    if (!this.#stream.writable) this.#lost();
    else this.#stream.write(full.length === 0 ? last : Buffer.concat([...full, last]));
  };
}
