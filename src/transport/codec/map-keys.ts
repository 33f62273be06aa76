import { isUtf8 } from 'node:buffer';
import { MalformedCheck } from './codec-fault.ts';

/** Up to this many keys are compared one by one. With more, all of them become text in a Set. */
const KEYS_COMPARED_MAX = 128;
/** FNV-1a of 32 bits. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

/**
 * Finds duplicate keys of one protobuf map without turning them into text. A duplicate is a fault,
 * because which value counts would be a guess.
 */
export class MapKeys {
  static readonly #shared = new MapKeys();
  readonly #hashes = new Int32Array(KEYS_COMPARED_MAX);
  readonly #starts = new Int32Array(KEYS_COMPARED_MAX);
  readonly #ends = new Int32Array(KEYS_COMPARED_MAX);
  #count = 0;
  #texts: Set<string> | undefined;

  /** Returns the same object each time: no two maps are read at once. */
  static forNextMap(): MapKeys {
    const keys = MapKeys.#shared;
    keys.#count = 0;
    keys.#texts = undefined;
    return keys;
  }

  /**
   * Adds a key.
   * @returns whether it is ASCII
   * @throws {MalformedCheck} if the key is a duplicate or is not UTF-8
   */
  add(bytes: Buffer, start: number, end: number): boolean {
    let hash = HASH_START;
    let anyBit = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      anyBit |= byte;
      hash = Math.imul(hash ^ byte, HASH_FACTOR);
    }
    const isAscii = anyBit < 0x80;
    if (!isAscii && !isUtf8(bytes.subarray(start, end))) {
      throw new MalformedCheck('CheckRequest is malformed: text that is not UTF-8');
    }
    const isNew =
      this.#count < KEYS_COMPARED_MAX
        ? this.#addPlace(bytes, start, end, hash)
        : this.#addText(bytes, start, end);
    if (!isNew) throw new MalformedCheck('CheckRequest is malformed: duplicate map key');
    return isAscii;
  }

  #addPlace(bytes: Buffer, start: number, end: number, hash: number): boolean {
    const count = this.#count;
    for (let key = 0; key < count; key += 1) {
      if (this.#hashes[key] !== hash) continue;
      if (bytes.compare(bytes, start, end, this.#starts[key], this.#ends[key]) === 0) return false;
    }
    this.#hashes[count] = hash;
    this.#starts[count] = start;
    this.#ends[count] = end;
    this.#count = count + 1;
    return true;
  }

  #addText(bytes: Buffer, start: number, end: number): boolean {
    const texts = (this.#texts ??= this.#textsSoFar(bytes));
    const text = bytes.toString('latin1', start, end);
    return texts.size < texts.add(text).size;
  }

  #textsSoFar(bytes: Buffer): Set<string> {
    return new Set(
      Array.from(this.#starts, (start, key) => bytes.toString('latin1', start, this.#ends[key])),
    );
  }
}
