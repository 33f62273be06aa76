import { isUtf8 } from 'node:buffer';
import { MalformedCheck } from './malformed-check.ts';

/** How a field's value stands on the wire. Groups (3 and 4) are no part of proto3. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const FIELD_NUMBER_MAX = 2 ** 29 - 1;
const NON_ASCII = /[\x80-\xff]/;

/**
 * Reads one protobuf message strictly: a length past the end, an unfinished or oversized varint, a wrong wire type and
 * a doubled field are faults, where protobuf libraries cut, wrap or let the last one win.
 *
 * Usage: `while (reader.next()) switch (reader.field) { case 1: ...; default: reader.skip(); }`.
 * @throws {MalformedCheck} from every method
 */
export class WireReader {
  /** Number of the field that {@link next} has reached. */
  field = 0;
  #wire = 0;
  #seen = 0;
  #at: number;
  readonly #bytes: Buffer;
  readonly #end: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.#wire = tag % 8;
    if (this.field < 1 || this.field > FIELD_NUMBER_MAX) throw malformed('field number');
    return true;
  }

  /** Declares the current field (number at most 31) singular: a second one is a fault. */
  once(): this {
    const bit = 1 << this.field;
    if ((this.#seen & bit) !== 0) throw malformed('doubled field');
    this.#seen |= bit;
    return this;
  }

  message(): WireReader {
    const start = this.#openBytes();
    return new WireReader(this.#bytes, start, this.#at);
  }

  /** Every byte as the character of its number, so that different bytes are different text. */
  latin1(): string {
    const start = this.#openBytes();
    return this.#bytes.toString('latin1', start, this.#at);
  }

  /**
   * Text that a client may have written. What is not UTF-8 becomes U+FFFD, which no credential, host or path of ours
   * contains: were it a fault, a client could choose to get no verdict.
   */
  clientText(): string {
    const start = this.#openBytes();
    const text = this.#bytes.toString('latin1', start, this.#at);
    return NON_ASCII.test(text) ? this.#bytes.toString('utf8', start, this.#at) : text;
  }

  /** Text of which different bytes must never be equal: what is not UTF-8 is a fault. */
  strictText(): string {
    const start = this.#openBytes();
    const bytes = this.#bytes.subarray(start, this.#at);
    if (!isUtf8(bytes)) throw malformed('text that is not UTF-8');
    return bytes.toString('utf8');
  }

  double(): number {
    this.#expect(WIRE.fixed64);
    return this.#bytes.readDoubleLE(this.#advance(8));
  }

  /** Above 2^53 it is rounded, which suits bounds, truth and small codes, all that it is used for. */
  uint(): number {
    this.#expect(WIRE.varint);
    return this.#varint();
  }

  /** Passes over a field of which nothing is wanted. Its length must fit all the same. */
  skip(): void {
    switch (this.#wire) {
      case WIRE.varint:
        this.#varint();
        return;
      case WIRE.fixed64:
        this.#advance(8);
        return;
      case WIRE.bytes:
        this.#openBytes();
        return;
      case WIRE.fixed32:
        this.#advance(4);
        return;
      default:
        throw malformed('wire type');
    }
  }

  #varint(): number {
    // Nearly all are one byte: tags, and lengths of headers.
    const first = this.#at < this.#end ? (this.#bytes[this.#at] ?? 0) : 0x80;
    if (first < 0x80) {
      this.#at += 1;
      return first;
    }
    let value = 0;
    for (let index = 0; index < 10; index += 1) {
      if (this.#at >= this.#end) throw malformed('unfinished number');
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw malformed('number longer than 10 bytes');
  }

  /** Where the bytes of this field start; afterwards the reader stands behind them. */
  #openBytes(): number {
    this.#expect(WIRE.bytes);
    return this.#advance(this.#varint());
  }

  #advance(length: number): number {
    if (length > this.#end - this.#at) throw malformed('length past the end');
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw malformed('wire type');
  }
}

function malformed(fault: string): MalformedCheck {
  return new MalformedCheck(`CheckRequest is malformed: ${fault}`);
}
