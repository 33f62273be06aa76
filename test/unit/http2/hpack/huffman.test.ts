import { expect } from 'chai';
import * as fc from 'fast-check';
import { HpackFault } from '../../../../src/http2/hpack/hpack-fault.ts';
import { EOS, HUFFMAN_CODES } from '../../../../src/http2/hpack/huffman-code.ts';
import { huffmanDecode } from '../../../../src/http2/hpack/huffman-decode.ts';
import { huffmanEncode, huffmanLength } from '../../../../src/http2/hpack/huffman-encode.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const SYMBOL_OF_BITS = new Map(
  HUFFMAN_CODES.map(({ symbol, code, bits }) => [code.toString(2).padStart(bits, '0'), symbol]),
);

describe(`Huffman code (seed ${seed})`, () => {
  it('has each byte and EOS once, and no code that is the start of another', () => {
    const codes = [...SYMBOL_OF_BITS.keys()].toSorted();
    expect(new Set(SYMBOL_OF_BITS.values()).size).to.equal(257);
    expect(codes).to.have.lengthOf(257);
    for (const [index, code] of codes.entries()) {
      expect(codes[index + 1]?.startsWith(code) ?? false, code).to.equal(false);
    }
    // No code is left over either, so every sequence of bits is the start of a text.
    const share = HUFFMAN_CODES.reduce((sum, { bits }) => sum + 2 ** -bits, 0);
    expect(share).to.equal(1);
  });

  it('has the codes of the RFC for the first and last symbols of a length', () => {
    // RFC 7541, Appendix B: the first and last symbols of some lengths.
    const expected: [symbol: number, code: number, bits: number][] = [
      [48, 0x0, 5],
      [116, 0x9, 5],
      [32, 0x14, 6],
      [117, 0x2d, 6],
      [58, 0x5c, 7],
      [122, 0x7b, 7],
      [38, 0xf8, 8],
      [90, 0xfd, 8],
      [63, 0x3fc, 10],
      [0, 0x1ff8, 13],
      [123, 0x7ffe, 15],
      [92, 0x7fff0, 19],
      [239, 0x7ffff4, 23],
      [254, 0x7fffff0, 27],
      [249, 0xffffffe, 28],
      [10, 0x3ffffffc, 30],
      [22, 0x3ffffffe, 30],
      [EOS, 0x3fffffff, 30],
    ];
    for (const [symbol, code, bits] of expected) {
      expect(HUFFMAN_CODES).to.deep.include({ symbol, code, bits });
    }
  });

  it('decodes all strings of up to two bytes like a decoder that goes bit by bit', () => {
    for (let first = 0; first < 256; first += 1) {
      expectLikeBits([first]);
      for (let second = 0; second < 256; second += 1) expectLikeBits([first, second]);
    }
  });

  it('decodes random strings like a decoder that goes bit by bit', () => {
    // Including long codes, which random bytes rarely contain.
    const code = fc.constantFrom(...SYMBOL_OF_BITS.keys());
    const bits = fc
      .array(fc.oneof(code, fc.constantFrom('0', '1', '11111111')), { maxLength: 20 })
      .map((codes) => codes.join(''));
    const bytes = bits.map((all) => {
      const padded = all.padEnd(Math.ceil(all.length / 8) * 8, '1');
      return (padded.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2));
    });
    fc.assert(fc.property(bytes, expectLikeBits), { seed, numRuns: 5_000 });
  });

  it('decodes what it encoded, and predicts the length', () => {
    const text = fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => Buffer.from(bytes).toString('latin1'));
    fc.assert(
      fc.property(text, (sent) => {
        const bytes = Buffer.from(huffmanEncode(sent), 'latin1');
        expect(huffmanLength(sent)).to.equal(bytes.length);
        expect(huffmanDecode(bytes, 0, bytes.length)).to.equal(sent);
      }),
      { seed, numRuns: 1_000 },
    );
  });
});

function expectLikeBits(bytes: readonly number[]): void {
  const buffer = Buffer.from(bytes);
  const expected = decodeBitByBit(bytes);
  const read = (): string => huffmanDecode(buffer, 0, buffer.length);
  if (expected === undefined) expect(read, buffer.toString('hex')).to.throw(HpackFault);
  else expect(read(), buffer.toString('hex')).to.equal(expected);
}

/** The text, or `undefined` where RFC 7541 section 5.2 requires an error. */
function decodeBitByBit(bytes: readonly number[]): string | undefined {
  let text = '';
  let unfinished = '';
  for (const bit of bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')) {
    unfinished += bit;
    const symbol = SYMBOL_OF_BITS.get(unfinished);
    if (symbol === EOS) return undefined;
    if (symbol === undefined) continue;
    text += String.fromCharCode(symbol);
    unfinished = '';
  }
  return /^1{0,7}$/.test(unfinished) ? text : undefined;
}
