/** Longer texts take as long to compare as to make. */
const LENGTH_MAX = 48;
const SLOTS = 256;

/** A text and its bytes. */
interface Kept {
  readonly text: string;
  readonly bytes: Uint8Array;
}

const NONE: Kept = { text: '', bytes: new Uint8Array() };

/**
 * Makes strings of bytes that most requests repeat, such as the method, the host or `accept`. The
 * last text of each slot is kept: to compare its characters takes a fraction of the time that Node
 * needs to make a string. Only ASCII is kept, so the encoding makes no difference.
 *
 * Never give it a credential: what is kept stays in memory.
 */
export class RepeatedText {
  readonly #slots: Kept[] = Array.from({ length: SLOTS }, () => NONE);

  /** @param encoding of bytes that are not ASCII */
  read(bytes: Buffer, start: number, end: number, encoding: 'utf8' | 'latin1'): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > LENGTH_MAX) return bytes.toString(encoding, start, end);
    const slot = (length * 31 + (bytes[start] ?? 0) * 7 + (bytes[end - 1] ?? 0)) % SLOTS;
    const kept = this.#slots[slot] ?? NONE;
    if (isSpelled(kept.bytes, bytes, start, length)) return kept.text;
    const text = bytes.toString(encoding, start, end);
    if (isAscii(bytes, start, end)) {
      this.#slots[slot] = { text, bytes: new Uint8Array(bytes.subarray(start, end)) };
    }
    return text;
  }
}

// Bytes, because each character of a string takes several times as long to read.
function isSpelled(kept: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (kept.length !== length) return false;
  for (let at = 0; at < length; at += 1) if (kept[at] !== bytes[start + at]) return false;
  return true;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}
