import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Enough for most credentials. The buffer grows for longer ones. */
const TEXT_BYTES_FIRST = 1_024;
const UTF8_BYTES_PER_CHARACTER_MAX = 3;

/**
 * HMAC-SHA-256 (RFC 2104) of texts as UTF-8, in base64url without padding. It is written as its two
 * hashes, which take half the time of `createHmac`: no object is created for each text, and both
 * blocks with the key are prepared.
 */
export class KeyedHash {
  /**
   * The key in its inner pad, then room for a text. Reused for each text, since nothing here waits.
   */
  #inner: Buffer;
  /** The key in its outer pad, then the inner digest. */
  readonly #outer: Buffer;

  constructor(key: Uint8Array) {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key);
    this.#inner = Buffer.alloc(BLOCK_BYTES + TEXT_BYTES_FIRST);
    this.#inner.set(block.map((byte) => byte ^ INNER_PAD));
    this.#outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
    this.#outer.set(block.map((byte) => byte ^ OUTER_PAD));
  }

  /**
   * The hash of a text. The text must be well-formed: lone surrogates all become the same bytes, so
   * different texts could have the same hash.
   */
  of(text: string): string {
    this.#makeRoom(text.length * UTF8_BYTES_PER_CHARACTER_MAX);
    const end = BLOCK_BYTES + this.#inner.write(text, BLOCK_BYTES, 'utf8');
    const digest = hash('sha256', this.#inner.subarray(0, end), 'binary');
    this.#outer.write(digest, BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'base64url');
  }

  // `write` cuts off what does not fit, and a shortened text would name another session.
  #makeRoom(bytes: number): void {
    if (BLOCK_BYTES + bytes <= this.#inner.length) return;
    const larger = Buffer.alloc(BLOCK_BYTES + 2 * bytes);
    larger.set(this.#inner.subarray(0, BLOCK_BYTES));
    this.#inner = larger;
  }
}
