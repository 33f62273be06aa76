// The Huffman code of RFC 7541, appendix B. It is canonical, so the lengths of its codes define it.

const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];
const LENGTH_MAX = 30;

/** The code of each byte as a text of bits. */
const CODES: readonly string[] = codes();
const BYTES: ReadonlyMap<string, number> = new Map(CODES.map((code, byte) => [code, byte]));

export function huffmanEncode(text: string): Buffer {
  const bits = Array.from(Buffer.from(text, 'latin1'), (byte) => CODES[byte]).join('');
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from(whole.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}

/** @throws {Error} for an invalid code or bad padding */
export function huffmanDecode(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  let text = '';
  let from = 0;
  for (let to = 1; to <= bits.length; to += 1) {
    const byte = BYTES.get(bits.slice(from, to));
    if (byte !== undefined) {
      text += String.fromCharCode(byte);
      from = to;
    } else if (to - from > LENGTH_MAX) throw new Error('not a Huffman code');
  }
  if (!/^1{0,7}$/.test(bits.slice(from))) throw new Error('Huffman code with bad padding');
  return text;
}

function codes(): string[] {
  const all: string[] = [];
  let code = 0;
  for (let length = 1; length <= LENGTH_MAX; length += 1) {
    code *= 2;
    for (const [byte, its] of LENGTHS.entries()) {
      if (its !== length) continue;
      all[byte] = code.toString(2).padStart(length, '0');
      code += 1;
    }
  }
  return all;
}
