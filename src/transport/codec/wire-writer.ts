/**
 * Protobuf bytes as text: the code of each character is one byte. Joining text costs almost
 * nothing, a part can be used again as it is, and one call turns the whole into a buffer.
 */
export type ByteText = string;

const ASCII = /^[\0-\x7f]*$/; // oxlint-disable-line no-control-regex -- everything that is one byte in UTF-8
const DOUBLE = new DataView(new ArrayBuffer(8));

/** A length-delimited field: a message, or text from {@link utf8}. Field numbers up to 15. */
export function bytesField(field: number, bytes: ByteText): ByteText {
  return String.fromCharCode(field * 8 + 2) + lengthOf(bytes) + bytes;
}

/** A number or an enum, from 0 to 2^31 - 1. It is written even if it is 0. */
export function numberField(field: number, value: number): ByteText {
  return String.fromCharCode(field * 8) + varint(value);
}

export function doubleField(field: number, value: number): ByteText {
  DOUBLE.setFloat64(0, value, true);
  return String.fromCharCode(
    field * 8 + 1,
    DOUBLE.getUint8(0),
    DOUBLE.getUint8(1),
    DOUBLE.getUint8(2),
    DOUBLE.getUint8(3),
    DOUBLE.getUint8(4),
    DOUBLE.getUint8(5),
    DOUBLE.getUint8(6),
    DOUBLE.getUint8(7),
  );
}

/**
 * Text as its UTF-8 bytes. A lone surrogate, which UTF-8 cannot encode, becomes U+FFFD.
 * @throws {TypeError} for a value that is not text in spite of its type: an array with one text
 *   would behave like text of another length
 */
export function utf8(text: string): ByteText {
  if (typeof text !== 'string') throw new TypeError('not a text');
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

function lengthOf(bytes: ByteText): ByteText {
  const { length } = bytes;
  if (length < 0x80) return String.fromCharCode(length);
  if (length < 0x4000) return String.fromCharCode((length & 0x7f) | 0x80, length >> 7);
  return varint(length);
}

function varint(value: number): ByteText {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 31) {
    throw new RangeError('not a number that can be written as a varint here');
  }
  let bytes = '';
  let rest = value;
  for (; rest >= 0x80; rest >>= 7) bytes += String.fromCharCode((rest & 0x7f) | 0x80);
  return bytes + String.fromCharCode(rest);
}
