import { isLetterOrDigit, twinSpelling } from './header-twin.ts';

/** A header that some rule reads. */
export interface WantedHeader {
  /** In lower case. */
  readonly name: string;
  /** Most requests repeat its value, which is never a credential. */
  readonly isRepeated: boolean;
}

/** A wanted header, and the next one whose name falls into the same slot. */
interface Candidate extends WantedHeader {
  readonly bytes: Uint8Array;
  readonly foldedBytes: Uint8Array;
  readonly next: Candidate | undefined;
}

const SLOTS = 256;
const HYPHEN = 0x2d;
/** Each byte in lower case, where it is an ASCII letter. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);
/** The same, and a hyphen for everything that is not a letter or digit: equal for twins. */
const FOLDED = LOWER.map((byte) => (isLetterOrDigit(byte) ? byte : HYPHEN));

/**
 * The names of the request headers that some rule reads under one version of the policies. All
 * other headers are skipped. The twins of a name are wanted with it: many applications take both
 * for the same variable, so several rules look for them.
 */
export class WantedHeaders {
  readonly #slots: (Candidate | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #folded: ReadonlySet<string>;

  /**
   * @param names in lower case and ASCII, as names of headers are
   * @param repeated those of them whose values most requests repeat
   */
  constructor(names: Iterable<string>, repeated: ReadonlySet<string> = new Set()) {
    const wanted = new Set(names);
    this.#folded = new Set(Array.from(wanted, twinSpelling));
    for (const name of wanted) {
      const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
      const foldedBytes = bytes.map((byte) => FOLDED[byte] ?? HYPHEN);
      const slot = slotOf(bytes, 0, bytes.length);
      const isRepeated = repeated.has(name);
      this.#slots[slot] = { name, isRepeated, bytes, foldedBytes, next: this.#slots[slot] };
    }
  }

  /** Whether some rule reads the header of this name, which is in lower case. */
  includes(name: string): boolean {
    return this.#folded.has(twinSpelling(name));
  }

  /**
   * The header whose name these bytes spell as latin-1. `undefined`: no rule reads it. Most names are
   * not wanted, and no text is made of them.
   */
  headerAt(bytes: Uint8Array, start: number, end: number): WantedHeader | undefined {
    if (start === end) return undefined;
    let isTwin = false;
    let candidate = this.#slots[slotOf(bytes, start, end)];
    for (; candidate !== undefined; candidate = candidate.next) {
      if (isSpelled(candidate.bytes, bytes, start, end)) return candidate;
      const likeness = likenessOf(candidate, bytes, start, end);
      if (likeness === SAME) return candidate;
      if (likeness === TWIN) isTwin = true;
    }
    if (!isTwin) return undefined;
    return { name: textOf(bytes, start, end).toLowerCase(), isRepeated: false };
  }
}

/**
 * The same slot for all spellings of a name and its twins, different slots for most different
 * names.
 */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = FOLDED[bytes[start] ?? 0] ?? 0;
  const last = FOLDED[bytes[end - 1] ?? 0] ?? 0;
  return ((end - start) * 37 + first * 5 + last * 11) % SLOTS;
}

/** Whether these bytes are this name in lower case, as in nearly every request. */
function isSpelled(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = name;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at += 1) if (name[at] !== bytes[start + at]) return false;
  return true;
}

const OTHER = 0;
const TWIN = 1;
const SAME = 2;

function likenessOf(candidate: Candidate, bytes: Uint8Array, start: number, end: number): number {
  const { length } = candidate.bytes;
  if (length !== end - start) return OTHER;
  let likeness = SAME;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[start + at] ?? 0;
    if (FOLDED[byte] !== candidate.foldedBytes[at]) return OTHER;
    if (LOWER[byte] !== candidate.bytes[at]) likeness = TWIN;
  }
  return likeness;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
