import { HpackDecoder } from '../../../../src/http2/hpack/hpack-decoder.ts';
import type { DecodedList, HpackLimits } from '../../../../src/http2/hpack/hpack-decoder.ts';
import { HpackFault } from '../../../../src/http2/hpack/hpack-fault.ts';
import { hpackNumber } from '../../../../src/http2/hpack/encode-header.ts';
import { huffmanEncode } from '../../../../src/http2/hpack/huffman-encode.ts';

/** Writes header blocks in every representation. Our own encoder does not need all of them. */

export type Field = readonly [name: string, value: string];

/** The first bits of the three literals, and how many bits remain for the index. */
export const LITERAL = {
  indexing: [0x40, 6],
  plain: [0x00, 4],
  never: [0x10, 4],
} as const;
export type Literal = keyof typeof LITERAL;

export const ROOMY: HpackLimits = { tableSizeMax: 4096, listSizeMax: 1_000_000 };

export function indexed(index: number): string {
  return hpackNumber(index, 7, 0x80);
}

/** `name` is an index, or text in which each character is a byte. */
export function literal(
  form: Literal,
  name: number | string,
  value: string,
  isHuffman = false,
): string {
  const [flags, bits] = LITERAL[form];
  const index = typeof name === 'number' ? name : 0;
  const ownName = typeof name === 'number' ? '' : string(name, isHuffman);
  return hpackNumber(index, bits, flags) + ownName + string(value, isHuffman);
}

export function sizeUpdate(size: number): string {
  return hpackNumber(size, 5, 0x20);
}

export function string(text: string, isHuffman = false): string {
  const bytes = isHuffman ? huffmanEncode(text) : text;
  return hpackNumber(bytes.length, 7, isHuffman ? 0x80 : 0) + bytes;
}

export function hex(digits: string): string {
  return Buffer.from(digits.replaceAll(/\s/g, ''), 'hex').toString('latin1');
}

export interface Decoded {
  readonly fields: readonly Field[];
  readonly list: DecodedList;
}

/** Decodes a block that lies between other bytes, as it does in a socket's buffer. */
export function decode(decoder: HpackDecoder, block: string): Decoded {
  const bytes = Buffer.from(`\xff${block}\xff`, 'latin1');
  const fields: Field[] = [];
  const list = decoder.decode(bytes, 1, bytes.length - 1, (name, value) => {
    fields.push([name, value]);
  });
  return { fields, list };
}

export function fieldsOf(decoder: HpackDecoder, block: string): readonly Field[] {
  return decode(decoder, block).fields;
}

export function newDecoder(limits: Partial<HpackLimits> = {}): HpackDecoder {
  return new HpackDecoder({ ...ROOMY, ...limits });
}

/** The entries of the dynamic table, newest first, found as a peer can: by using each index. */
export function tableOf(decoder: HpackDecoder): readonly Field[] {
  const entries: Field[] = [];
  for (let index = 62; ; index += 1) {
    try {
      entries.push(...fieldsOf(decoder, indexed(index)));
    } catch (error) {
      if (error instanceof HpackFault && error.message === 'index past the end of the table')
        return entries;
      throw error;
    }
  }
}
