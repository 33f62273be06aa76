import type { HpackDecoder } from './hpack-decoder.ts';

/** How many different blocks are kept. A proxy repeats one or two. */
const BLOCKS_MAX = 8;

/** Longer blocks contain varying text and rarely repeat. */
const BLOCK_BYTES_MAX = 512;

interface KnownBlock<T> {
  readonly bytes: Uint8Array;
  readonly meaning: T;
}

/**
 * Recognises a header block that was decoded before with the table in the same state, so that it
 * need not be decoded again: a proxy sends the same block for most of its calls. Finding a block
 * allocates nothing.
 */
export class KnownBlocks<T> {
  readonly #decoder: HpackDecoder;
  readonly #blocks: KnownBlock<T>[] = [];
  #generation = 0;
  /** The slot for the next block: the one of the oldest block once all are full. */
  #next = 0;

  constructor(decoder: HpackDecoder) {
    this.#decoder = decoder;
  }

  /**
   * The meaning that {@link remember} got for the same bytes, unless the table has changed since.
   */
  find(bytes: Uint8Array, start: number, end: number): T | undefined {
    if (this.#generation !== this.#decoder.generation) return undefined;
    const blocks = this.#blocks;
    for (let index = 0; index < blocks.length; index += 1) {
      const block = blocks[index];
      if (block !== undefined && isEqual(block.bytes, bytes, start, end)) return block.meaning;
    }
    return undefined;
  }

  /**
   * Call this right after the decoder has decoded the block. A block that changed the table is not
   * kept: it has to change the table again each time it comes.
   */
  remember(bytes: Uint8Array, start: number, end: number, meaning: T): void {
    if (this.#decoder.changedTable || end - start > BLOCK_BYTES_MAX) return;
    if (this.#generation !== this.#decoder.generation) {
      this.#generation = this.#decoder.generation;
      this.#blocks.length = 0;
      this.#next = 0;
    }
    this.#blocks[this.#next] = {
      bytes: Uint8Array.prototype.slice.call(bytes, start, end),
      meaning,
    };
    this.#next = (this.#next + 1) % BLOCKS_MAX;
  }
}

/** Compares from the end: the fields that differ between calls come last. */
function isEqual(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (known.length !== length) return false;
  for (let index = length - 1; index >= 0; index -= 1) {
    if (known[index] !== bytes[start + index]) return false;
  }
  return true;
}
