import { isUtf8 } from 'node:buffer';
import { MalformedCheck } from './malformed-check.ts';

/** How a field's value stands on the wire. Groups (3 and 4) are no part of proto3. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const FIELD_NUMBER_MAX = 2 ** 29 - 1;
/** What a number of 32 bits fills; readers differ in what they make of a longer one. */
const SHORT_VARINT_BYTES_MAX = 5;
const VARINT_BYTES_MAX = 10;

/**
 * Reads a protobuf message and those within it strictly, by one cursor: a length past the end, an unfinished or
 * oversized varint, a wrong wire type and a doubled field are faults, where protobuf libraries cut, wrap or let the
 * last one win.
 *
 * Usage, also for a message within the message:
 * `const outer = reader.enter(); while (reader.next()) switch (reader.field) { …; default: reader.skip(); }
 * reader.leave(outer);`
 * @throws {MalformedCheck} from every method
 */
export class WireReader {
  readonly bytes: Buffer;
  /** Number of the field that {@link next} has reached. */
  field = 0;
  /** Where the content of the field begins that was read last by {@link pass}; it ends at {@link contentEnd}. */
  contentStart = 0;
  contentEnd = 0;
  #wire = 0;
  #at: number;
  #end: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    // Nearly all tags are one byte, and so are the lengths of headers.
    const tag = this.bytes[this.#at] ?? 0;
    if (tag >= 0x80) return this.#nextLong();
    this.#at += 1;
    this.#wire = tag & 7;
    this.field = tag >> 3;
    if (tag < 8) throw malformed('field number');
    return true;
  }

  /**
   * Declares the current field (number at most 31) singular: a second one is a fault.
   * @param seen the singular fields of this message so far, 0 in the beginning
   * @returns the same with this one
   */
  once(seen: number): number {
    const bit = 1 << this.field;
    if ((seen & bit) !== 0) throw malformed('doubled field');
    return seen | bit;
  }

  /** Goes into the message that the current field holds. Answers what {@link leave} needs. */
  enter(): number {
    const start = this.#openBytes();
    const outer = this.#end;
    this.#end = this.#at;
    this.#at = start;
    return outer;
  }

  /** Goes on behind a message of which {@link next} has reached the end. */
  leave(outer: number): void {
    this.#end = outer;
  }

  /** Passes over text, bytes or a message, of which {@link contentStart} and {@link contentEnd} tell the place. */
  pass(): void {
    this.contentStart = this.#openBytes();
    this.contentEnd = this.#at;
  }

  /**
   * Text that a client may have written. What is not UTF-8 becomes U+FFFD, which no credential, host or path of ours
   * contains: were it a fault, a client could choose to get no verdict.
   */
  clientText(): string {
    const start = this.#openBytes();
    return this.bytes.toString('utf8', start, this.#at);
  }

  /** Text of which different bytes must never be equal: what is not UTF-8 is a fault. */
  strictText(): string {
    const start = this.#openBytes();
    const bytes = this.bytes.subarray(start, this.#at);
    if (!isUtf8(bytes)) throw malformed('text that is not UTF-8');
    return bytes.toString('utf8');
  }

  double(): number {
    this.#expect(WIRE.fixed64);
    return this.bytes.readDoubleLE(this.#advance(8));
  }

  /** A number of at most five bytes on the wire, such as truth and small codes are. */
  uint(): number {
    this.#expect(WIRE.varint);
    return this.#shortVarint();
  }

  /** Passes over a number that is not wanted. */
  passNumber(): void {
    this.#expect(WIRE.varint);
    this.#varint(VARINT_BYTES_MAX);
  }

  /** Passes over a field that nobody has declared. Its length must fit all the same. */
  skip(): void {
    switch (this.#wire) {
      case WIRE.varint:
        this.#varint(VARINT_BYTES_MAX);
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

  #nextLong(): boolean {
    const tag = this.#varint(SHORT_VARINT_BYTES_MAX);
    this.#wire = tag & 7;
    this.field = Math.floor(tag / 8);
    if (this.field < 1 || this.field > FIELD_NUMBER_MAX) throw malformed('field number');
    return true;
  }

  #shortVarint(): number {
    const first = this.#at < this.#end ? (this.bytes[this.#at] ?? 0) : 0x80;
    if (first >= 0x80) return this.#varint(SHORT_VARINT_BYTES_MAX);
    this.#at += 1;
    return first;
  }

  /** Above 2^53 it is rounded, which only numbers can be that nobody wants. */
  #varint(bytesMax: number): number {
    let value = 0;
    let factor = 1;
    for (let index = 0; index < bytesMax; index += 1) {
      if (this.#at >= this.#end) throw malformed('unfinished number');
      const byte = this.bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    throw malformed('number of too many bytes');
  }

  /** Where the bytes of this field start; afterwards the reader stands behind them. */
  #openBytes(): number {
    this.#expect(WIRE.bytes);
    return this.#advance(this.#shortVarint());
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
