// Request headers in HPACK (RFC 7541), encoded once for all calls of a connection.

const STATIC_ENTRIES = 61;
const TABLE_BYTES_MAX = 4_096; // a server's default, until its SETTINGS change it
const ENTRY_OVERHEAD_BYTES = 32;

/** The same headers twice, as Envoy sends them. */
export interface HeaderBlocks {
  /** For the first call of a connection: each header in full, for the server's table. */
  readonly first: Buffer;
  /** For all others: each header as its index in the server's table. */
  readonly later: Buffer;
}

/** Pseudo-headers must be first. Throws if they do not fit into the server's table. */
export function encodeHeaderBlocks(headers: readonly (readonly [string, string])[]): HeaderBlocks {
  const bytes = headers.map(([name, value]) => name.length + value.length + ENTRY_OVERHEAD_BYTES);
  if (bytes.reduce((sum, entry) => sum + entry, 0) > TABLE_BYTES_MAX) {
    throw new RangeError('these headers do not fit into the header table');
  }
  const first = headers.map(([name, value]) =>
    Buffer.concat([Buffer.of(0x40), encodeText(name), encodeText(value)]),
  );
  // The newest entry has the lowest index.
  const later = headers.map((_, place) =>
    encodeInteger(STATIC_ENTRIES + headers.length - place, 7, 0x80),
  );
  return { first: Buffer.concat(first), later: Buffer.concat(later) };
}

/** One header in full, not for the table. */
export function encodeLiteral(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0), encodeText(name), encodeText(value)]);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeInteger(bytes.length, 7, 0), bytes]);
}

/** An integer in the lower `bits` of its first byte, and as many more bytes as it needs. */
function encodeInteger(value: number, bits: number, firstByte: number): Buffer {
  const max = 2 ** bits - 1;
  if (value < max) return Buffer.of(firstByte | value);
  const bytes = [firstByte | max];
  let rest = value - max;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
