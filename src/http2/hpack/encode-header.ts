import { huffmanEncode, huffmanLength } from './huffman-encode.ts';
import { STATIC_INDEX_MAX, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

// There is no encoder object on purpose. Without a dynamic table a block has the same bytes on
// every connection, so it can be prepared once for all of them, and no state can get out of step
// with the peer's. The few short fields of a gRPC response would gain almost nothing from a table.

const INDEXED = 0x80;
const WITHOUT_INDEXING = 0x00;
const HUFFMAN = 0x80;

const INDEX_OF_NAME = new Map<string, number>();
const INDEX_OF_FIELD = new Map<string, number>();

for (let index = STATIC_INDEX_MAX; index > 0; index -= 1) {
  const name = STATIC_NAMES[index] ?? '';
  INDEX_OF_NAME.set(name, index);
  INDEX_OF_FIELD.set(`${name}\0${STATIC_VALUES[index] ?? ''}`, index);
}

/**
 * One header field as part of a header block. A block is its fields, one after the other. Name,
 * value and result are text in which each character is one byte. The name must be in lower case, as
 * HTTP/2 requires.
 * @throws {RangeError} for a character that is not a byte
 */
export function headerField(name: string, value: string): string {
  const fieldIndex = INDEX_OF_FIELD.get(`${name}\0${value}`);
  if (fieldIndex !== undefined) return hpackNumber(fieldIndex, 7, INDEXED);
  const nameIndex = INDEX_OF_NAME.get(name);
  const nameBytes =
    nameIndex === undefined
      ? hpackNumber(0, 4, WITHOUT_INDEXING) + hpackString(name)
      : hpackNumber(nameIndex, 4, WITHOUT_INDEXING);
  return nameBytes + hpackString(value);
}

/** A string (RFC 7541 section 5.2), Huffman-coded where that is shorter. */
export function hpackString(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) > 0xff) throw new RangeError('a character of a header is not a byte');
  }
  const length = huffmanLength(text);
  return length < text.length
    ? hpackNumber(length, 7, HUFFMAN) + huffmanEncode(text)
    : hpackNumber(text.length, 7, 0) + text;
}

/** A number (RFC 7541 section 5.1) in the last `prefixBits` of a byte with these `flags`. */
export function hpackNumber(value: number, prefixBits: number, flags: number): string {
  const prefixMax = 2 ** prefixBits - 1;
  if (value < prefixMax) return String.fromCharCode(flags | value);
  let bytes = String.fromCharCode(flags | prefixMax);
  let rest = value - prefixMax;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes += String.fromCharCode((rest % 0x80) + 0x80);
  }
  return bytes + String.fromCharCode(rest);
}
