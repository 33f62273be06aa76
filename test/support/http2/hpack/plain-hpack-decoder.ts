import { huffmanDecode } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

const ENTRY_OVERHEAD_BYTES = 32;

type Line = readonly [name: string, value: string];

/** Decodes header blocks (RFC 7541), slowly and independently of the product's own decoder. */
export class PlainHpackDecoder {
  readonly #dynamic: Line[] = [];
  #sizeMaxBytes: number;
  #sizeBytes = 0;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @param tableSizeMax the SETTINGS_HEADER_TABLE_SIZE of the side that decodes */
  constructor(tableSizeMax = 4096) {
    this.#sizeMaxBytes = tableSizeMax;
  }

  /** @throws {Error} for an invalid header block */
  decode(block: Buffer): Line[] {
    this.#block = block;
    this.#at = 0;
    const lines: Line[] = [];
    while (this.#at < block.length) {
      const first = this.#peek();
      if ((first & 0xe0) === 0x20) this.#resize(this.#integer(5));
      else lines.push((first & 0x80) === 0 ? this.#literal(first) : this.#entry(this.#integer(7)));
    }
    return lines;
  }

  #literal(first: number): Line {
    const isIndexed = (first & 0x40) !== 0;
    const index = this.#integer(isIndexed ? 6 : 4);
    const name = index === 0 ? this.#text() : this.#entry(index)[0];
    const line: Line = [name, this.#text()];
    if (isIndexed) this.#add(line);
    return line;
  }

  #entry(index: number): Line {
    const line =
      index <= STATIC_TABLE.length
        ? STATIC_TABLE[index - 1]
        : this.#dynamic[index - STATIC_TABLE.length - 1];
    if (line === undefined) throw new Error(`no entry ${index} in the tables`);
    return line;
  }

  #add(line: Line): void {
    this.#dynamic.unshift(line);
    this.#sizeBytes += sizeOf(line);
    this.#evict();
  }

  #resize(sizeBytes: number): void {
    this.#sizeMaxBytes = sizeBytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#sizeBytes > this.#sizeMaxBytes) {
      const last = this.#dynamic.pop();
      if (last === undefined) return;
      this.#sizeBytes -= sizeOf(last);
    }
  }

  #text(): string {
    const isCoded = (this.#peek() & 0x80) !== 0;
    const length = this.#integer(7);
    if (this.#at + length > this.#block.length) throw new Error('text past the end of the block');
    this.#at += length;
    const bytes = this.#block.subarray(this.#at - length, this.#at);
    return isCoded ? huffmanDecode(bytes) : bytes.toString('latin1');
  }

  #integer(prefixBits: number): number {
    const limit = 2 ** prefixBits - 1;
    let value = this.#next() & limit;
    if (value < limit) return value;
    for (let weight = 1; ; weight *= 0x80) {
      const byte = this.#next();
      value += (byte & 0x7f) * weight;
      if ((byte & 0x80) === 0) return value;
    }
  }

  #next(): number {
    const byte = this.#peek();
    this.#at += 1;
    return byte;
  }

  #peek(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw new Error('a header block that ends too soon');
    return byte;
  }
}

function sizeOf([name, value]: Line): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}
