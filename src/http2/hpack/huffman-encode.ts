import { EOS, HUFFMAN_CODES } from './huffman-code.ts';

const CODES = new Uint32Array(EOS);
const BITS = new Uint8Array(EOS);

for (const { symbol, code, bits } of HUFFMAN_CODES) {
  if (symbol === EOS) continue;
  CODES[symbol] = code;
  BITS[symbol] = bits;
}

/** The length of what {@link huffmanEncode} returns. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) bits += BITS[text.charCodeAt(at)] ?? 0;
  return Math.ceil(bits / 8);
}

/** Huffman-codes a text (RFC 7541 section 5.2). Each character of text and result is one byte. */
export function huffmanEncode(text: string): string {
  let bytes = '';
  let rest = 0; // the bits that do not fill a byte yet, at most 7
  let restBits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const symbol = text.charCodeAt(at);
    // Up to 37 bits: more than the bit operators can handle.
    rest = rest * 2 ** (BITS[symbol] ?? 0) + (CODES[symbol] ?? 0);
    restBits += BITS[symbol] ?? 0;
    while (restBits >= 8) {
      restBits -= 8;
      const byte = Math.floor(rest / 2 ** restBits);
      rest -= byte * 2 ** restBits;
      bytes += String.fromCharCode(byte);
    }
  }
  if (restBits === 0) return bytes;
  // Padded with ones, which is how EOS begins.
  return bytes + String.fromCharCode(((rest + 1) << (8 - restBits)) - 1);
}
