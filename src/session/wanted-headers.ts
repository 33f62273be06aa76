/** A wanted name, and the next one that falls into the same slot. */
interface Candidate {
  readonly name: string;
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
/** The same, and a hyphen for everything that is no letter or digit. */
const FOLDED = LOWER.map((byte) => (isAlphanumeric(byte) ? byte : HYPHEN));

/**
 * The names of the request headers that anybody can read under one version of the policies; all others are passed
 * over. A name's twins, which differ from it only in characters that are no letters or digits, are wanted with it:
 * many applications take both for the same variable, so several rules look for them.
 */
export class WantedHeaders {
  readonly #slots: (Candidate | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #folded: ReadonlySet<string>;

  /** @param names in lower case and ASCII, as names of headers are */
  constructor(names: Iterable<string>) {
    const wanted = new Set(names);
    this.#folded = new Set(Array.from(wanted, folded));
    for (const name of wanted) {
      const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
      const foldedBytes = bytes.map((byte) => FOLDED[byte] ?? HYPHEN);
      const slot = slotOf(bytes, 0, bytes.length);
      this.#slots[slot] = { name, bytes, foldedBytes, next: this.#slots[slot] };
    }
  }

  /** Whether somebody reads the header of this name, which is in lower case. */
  includes(name: string): boolean {
    return this.#folded.has(folded(name));
  }

  /**
   * The name that these bytes spell, each the character of its number, in lower case; `undefined` when nobody reads
   * it. Makes no text of the names that are not wanted, and most are not.
   */
  nameAt(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (start === end) return undefined;
    let isTwin = false;
    let candidate = this.#slots[slotOf(bytes, start, end)];
    for (; candidate !== undefined; candidate = candidate.next) {
      const likeness = likenessOf(candidate, bytes, start, end);
      if (likeness === SAME) return candidate.name;
      if (likeness === TWIN) isTwin = true;
    }
    return isTwin ? textOf(bytes, start, end).toLowerCase() : undefined;
  }
}

/** The same for all spellings of a name and its twins; different for most names that differ. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = FOLDED[bytes[start] ?? 0] ?? 0;
  const last = FOLDED[bytes[end - 1] ?? 0] ?? 0;
  return ((end - start) * 37 + first * 5 + last * 11) % SLOTS;
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

function folded(name: string): string {
  return name.replace(/[^a-z0-9]/g, '-');
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a);
}
