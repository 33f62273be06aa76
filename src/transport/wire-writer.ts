/**
 * Bytes of protobuf as text: each character is the byte of its number. Text is put together for next to nothing, a
 * part that was made once is used again as it is, and one call turns the whole into a buffer.
 */
export type ByteText = string;

const ASCII = /^[\0-\x7f]*$/; // oxlint-disable-line no-control-regex -- all that is one byte in UTF-8
const DOUBLE = new DataView(new ArrayBuffer(8));

/** A length-delimited field: a message, or text that {@link utf8} has made bytes of. Field numbers at most 15. */
export function bytesField(field: number, bytes: ByteText): ByteText {
  return String.fromCharCode(field * 8 + 2) + lengthOf(bytes) + bytes;
}

/** A number or an enum, from 0 to 2^31 - 1. Written out when it is 0, too. */
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
 * Text as its UTF-8 bytes. Half a character, which UTF-8 cannot carry, becomes U+FFFD.
 * @throws {TypeError} for what only its type says is text: a list of one text looks like it, with another length
 */
export function utf8(text: string): ByteText {
  if (typeof text !== 'string') throw new TypeError('no text');
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
    throw new RangeError('no number that is written as a varint here');
  }
  let bytes = '';
  let rest = value;
  for (; rest >= 0x80; rest >>= 7) bytes += String.fromCharCode((rest & 0x7f) | 0x80);
  return bytes + String.fromCharCode(rest);
}
