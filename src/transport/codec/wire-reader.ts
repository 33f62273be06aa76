import { isUtf8 } from 'node:buffer';
import { MalformedCheck } from './codec-fault.ts';

/** Wire types: how the value of a field is encoded. Groups (3 and 4) are not part of proto3. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const FIELD_NUMBER_MAX = 2 ** 29 - 1;
/** The longest encoding of a 32-bit number. Readers differ in how they treat longer ones. */
const SHORT_VARINT_BYTES_MAX = 5;
const VARINT_BYTES_MAX = 10;

/**
 * Reads a protobuf message and its inner messages strictly, with one cursor. A length past the end,
 * an unfinished or oversized varint, a wrong wire type and a repeated singular field are faults.
 * Protobuf libraries cut, wrap or use the last one instead.
 *
 * Usage, also for an inner message: `const outer = reader.enter(); while (reader.next()) switch
 * (reader.field) { …; default: reader.skip(); } reader.leave(outer);`
 * @throws {MalformedCheck} from every method
 */
export class WireReader {
  readonly bytes: Buffer;
  /** The number of the current field. */
  field = 0;
  /**
   * Where the content of the field skipped by {@link pass} begins. It ends at {@link contentEnd}.
   */
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

  /** Moves to the next field. Returns false at the end of the message. */
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
   * @param seen the singular fields of this message so far; 0 at first
   * @returns `seen` with the current field
   */
  once(seen: number): number {
    const bit = 1 << this.field;
    if ((seen & bit) !== 0) throw malformed('duplicate field');
    return seen | bit;
  }

  /** Enters the message in the current field. Returns the argument for {@link leave}. */
  enter(): number {
    const start = this.#openBytes();
    const outer = this.#end;
    this.#end = this.#at;
    this.#at = start;
    return outer;
  }

  /** Continues after an inner message. {@link next} must have reached its end. */
  leave(outer: number): void {
    this.#end = outer;
  }

  /** Skips text, bytes or a message. {@link contentStart} and {@link contentEnd} enclose it. */
  pass(): void {
    this.contentStart = this.#openBytes();
    this.contentEnd = this.#at;
  }

  /**
   * Reads text that a client may have written. Invalid UTF-8 becomes U+FFFD, which no configured
   * credential, host or path contains. If it were a fault, a client could choose to get no verdict.
   */
  clientText(): string {
    const start = this.#openBytes();
    return this.bytes.toString('utf8', start, this.#at);
  }

  /** Reads text in which different bytes must never become equal: invalid UTF-8 is a fault. */
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

  /** Reads a number of at most five bytes on the wire, such as a boolean or a small code. */
  uint(): number {
    this.#expect(WIRE.varint);
    return this.#shortVarint();
  }

  /** Skips a number. */
  passNumber(): void {
    this.#expect(WIRE.varint);
    this.#varint(VARINT_BYTES_MAX);
  }

  /** Skips a field that the definitions do not declare. Its length must be valid all the same. */
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

  /** Rounds above 2^53. Only skipped numbers can be that large. */
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

  /** Returns where the bytes of this field start, and moves to their end. */
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
