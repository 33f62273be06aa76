// The simplest form of HPACK (RFC 7541), independent of the product's: literals without Huffman
// code.

export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** The representations of a literal in a block (RFC 7541, section 6.2). */
export type LiteralKind = 'indexed' | 'plain' | 'never';

const KINDS: Readonly<Record<LiteralKind, readonly [pattern: number, prefixBits: number]>> = {
  indexed: [0x40, 6],
  plain: [0, 4],
  never: [0x10, 4],
};

/** A header block of literals with literal names. */
export function encodeBlock(lines: HeaderLines, kind: LiteralKind = 'plain'): Buffer {
  return Buffer.concat(lines.map(([name, value]) => literal(name, value, kind)));
}

/** One literal with a literal name. */
export function literal(name: string, value: string, kind: LiteralKind = 'plain'): Buffer {
  return Buffer.concat([Buffer.from([KINDS[kind][0]]), text(name), text(value)]);
}

/** One literal whose name is an entry of the tables. */
export function literalAt(index: number, value: string, kind: LiteralKind = 'plain'): Buffer {
  const [pattern, prefixBits] = KINDS[kind];
  return Buffer.concat([integer(index, prefixBits, pattern), text(value)]);
}

/** A whole entry of the tables. */
export function indexed(index: number): Buffer {
  return integer(index, 7, 0x80);
}

export function tableSizeUpdate(sizeBytes: number): Buffer {
  return integer(sizeBytes, 5, 0x20);
}

/** An integer of RFC 7541, section 5.1, after the given bits of its first byte. */
export function integer(value: number, prefixBits: number, pattern: number): Buffer {
  const limit = 2 ** prefixBits - 1;
  if (value < limit) return Buffer.from([pattern | value]);
  const bytes = [pattern | limit];
  let rest = value - limit;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length, 7, 0), bytes]);
}
