import { DynamicTable, ENTRY_OVERHEAD } from './dynamic-table.ts';
import { HpackFault } from './hpack-fault.ts';
import { huffmanDecode } from './huffman-decode.ts';
import { STATIC_INDEX_MAX, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

/** The size of the table until SETTINGS change it (RFC 9113 section 6.5.2). */
const TABLE_SIZE_INITIAL = 4096;

/** Octets of a number after its prefix: 28 bits, more than any value that we accept. */
const NUMBER_OCTETS_MAX = 4;

/** Between two blocks: the smallest size and the final one (RFC 7541 section 4.2). */
const SIZE_UPDATES_MAX = 2;

const NO_BLOCK: Buffer = Buffer.alloc(0);

export interface HpackLimits {
  /** Our SETTINGS_HEADER_TABLE_SIZE, in bytes as RFC 7541 section 4.1 counts them. */
  readonly tableSizeMax: number;
  /** Our SETTINGS_MAX_HEADER_LIST_SIZE, as RFC 9113 section 6.5.2 counts it. */
  readonly listSizeMax: number;
}

/** `oversized`: the list exceeded its limit, and fields after the limit were not passed on. */
export type DecodedList = 'complete' | 'oversized';

/**
 * Gets one field. Each character of name and value is one byte. It must not throw: the table would
 * miss the fields that follow.
 */
export type HeaderReceiver = (name: string, value: string) => void;

/**
 * Decodes the header blocks of one direction of a connection, in order (RFC 7541). It must see
 * every block, even of requests that are refused, because each block may change the table that the
 * next ones refer to.
 */
export class HpackDecoder {
  /** Whether the last block changed the table, so that its bytes now mean something else. */
  changedTable = false;
  readonly #table: DynamicTable = new DynamicTable(TABLE_SIZE_INITIAL);
  readonly #limits: HpackLimits;
  #tableSizeMax: number;
  #mustUpdateSize = false;
  #block = NO_BLOCK;
  #at = 0;
  #end = 0;

  constructor(limits: HpackLimits) {
    this.#limits = limits;
    this.#tableSizeMax = Math.max(limits.tableSizeMax, TABLE_SIZE_INITIAL);
  }

  /** Rises with each change of the table. While it is the same, equal blocks mean the same. */
  get generation(): number {
    return this.#table.generation;
  }

  /** The current size of the dynamic table, in bytes as RFC 7541 section 4.1 counts them. */
  get tableSize(): number {
    return this.#table.size;
  }

  /**
   * Call this when the peer has acknowledged our SETTINGS. Until then it may use the initial table
   * size. If ours is smaller, its next block must begin with a size update (RFC 7541 section 4.2).
   */
  settingsAcknowledged(): void {
    this.#tableSizeMax = this.#limits.tableSizeMax;
    this.#mustUpdateSize = this.#table.sizeMax > this.#tableSizeMax;
  }

  /**
   * Decodes one whole header block: a HEADERS frame joined with its CONTINUATION frames.
   * @throws {HpackFault} after which the connection must end
   */
  decode(block: Buffer, start: number, end: number, onHeader: HeaderReceiver): DecodedList {
    const generationBefore = this.#table.generation;
    this.#block = block;
    this.#at = start;
    this.#end = end;
    this.#updateSize();
    const { listSizeMax } = this.#limits;
    let listSize = 0;
    while (this.#at < end) {
      const first = block[this.#at] ?? 0;
      let name: string;
      let value: string;
      if (first >= 0x80) {
        const index = this.#number(0x7f);
        name = this.#nameAt(index);
        value = this.#valueAt(index);
      } else if (first >= 0x40) {
        name = this.#name(0x3f);
        value = this.#text();
        this.#table.add(name, value);
      } else if (first >= 0x20) {
        throw new HpackFault('table size update after a field');
      } else {
        // "Never indexed" (0x10) concerns programs that forward a field; we do not.
        name = this.#name(0x0f);
        value = this.#text();
      }
      listSize += name.length + value.length + ENTRY_OVERHEAD;
      if (listSize <= listSizeMax) onHeader(name, value);
    }
    // Otherwise an idle connection would keep the chunk that its socket read last.
    this.#block = NO_BLOCK;
    this.changedTable = this.#table.generation !== generationBefore;
    return listSize <= listSizeMax ? 'complete' : 'oversized';
  }

  #updateSize(): void {
    let updates = 0;
    for (; this.#at < this.#end; updates += 1) {
      const first = this.#block[this.#at] ?? 0;
      if (first < 0x20 || first >= 0x40) break;
      if (updates === SIZE_UPDATES_MAX) throw new HpackFault('too many table size updates');
      const size = this.#number(0x1f);
      if (size > this.#tableSizeMax) throw new HpackFault('table size above our limit');
      this.#table.resize(size);
    }
    if (!this.#mustUpdateSize) return;
    if (this.#table.sizeMax > this.#tableSizeMax) throw new HpackFault('table size update missing');
    this.#mustUpdateSize = false;
  }

  /** The name of a literal field: the name of a table entry, or its own. */
  #name(mask: number): string {
    const index = this.#number(mask);
    return index === 0 ? this.#text() : this.#nameAt(index);
  }

  #nameAt(index: number): string {
    if (index > STATIC_INDEX_MAX) return this.#table.name(this.#ageOf(index));
    if (index === 0) throw new HpackFault('index 0');
    return STATIC_NAMES[index] ?? '';
  }

  #valueAt(index: number): string {
    if (index > STATIC_INDEX_MAX) return this.#table.value(this.#ageOf(index));
    return STATIC_VALUES[index] ?? '';
  }

  #ageOf(index: number): number {
    const age = index - STATIC_INDEX_MAX - 1;
    if (age >= this.#table.length) throw new HpackFault('index past the end of the table');
    return age;
  }

  /** A string (RFC 7541 section 5.2). */
  #text(): string {
    const isHuffman = (this.#block[this.#at] ?? 0) >= 0x80;
    const length = this.#number(0x7f);
    if (length > this.#end - this.#at) throw new HpackFault('string past the end');
    const start = this.#at;
    this.#at += length;
    return isHuffman
      ? huffmanDecode(this.#block, start, this.#at)
      : this.#block.toString('latin1', start, this.#at);
  }

  /** A number (RFC 7541 section 5.1) that starts in the bits `mask` of the next byte. */
  #number(mask: number): number {
    if (this.#at >= this.#end) throw new HpackFault('unfinished field');
    const prefix = (this.#block[this.#at] ?? 0) & mask;
    this.#at += 1;
    if (prefix < mask) return prefix;
    let value = mask;
    for (let octets = 0; octets < NUMBER_OCTETS_MAX; octets += 1) {
      if (this.#at >= this.#end) throw new HpackFault('unfinished number');
      const byte = this.#block[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) << (7 * octets);
      if (byte < 0x80) return value;
    }
    throw new HpackFault('number of too many octets');
  }
}
