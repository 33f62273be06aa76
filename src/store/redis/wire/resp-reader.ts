import { RespError } from './resp.ts';
import type { RespReply } from './resp.ts';

/** Receives each whole reply, in order. */
export interface ReplySink {
  /** A bulk string, which is what our scripts return. The bytes are valid during this call only. */
  text(bytes: Buffer, from: number, to: number): void;
  /** Any other reply. */
  other(reply: RespReply): void;
}

/** The longest reply, in bytes. The longest that we ask for is that of INFO, about 6 KB. */
export const REPLY_BYTES_MAX: number = 1_048_576;
/** Nested lists. XREAD has the most: streams, one stream, its events, one event, its fields. */
const DEPTH_MAX = 5;
const LINE_BYTES_MAX = 4_096;

const [CR, LF, MINUS, DIGIT_0, DIGIT_9] = [13, 10, 45, 48, 57];
const [STATUS, ERROR, NUMBER, BULK, LIST] = [43, 45, 58, 36, 42];

/** The bytes are not a reply, or it is too long. */
export class UnreadableReply extends Error {}

/** Thrown and caught in this file: the current reply has at least `bytes` bytes in all. */
class Incomplete extends Error {
  bytes = 0;
}

/**
 * Reads RESP2 replies from the chunks of a socket. It is strict, because a misread reply could be
 * given to the wrong call, and bounded: it keeps at most one incomplete reply of
 * {@link REPLY_BYTES_MAX}.
 */
export class RespReader {
  readonly #sink: ReplySink;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** With fewer bytes than this the kept reply is still incomplete, so it is not read again. */
  #needed = 0;
  #isStopped = false;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #start = 0;

  constructor(sink: ReplySink) {
    this.#sink = sink;
  }

  /** Gives nothing more to the sink, not even the rest of the chunk that is being read. */
  stop(): void {
    this.#isStopped = true;
    this.#kept = [];
  }

  /** @throws {UnreadableReply} after which no further byte of this connection can be understood */
  read(chunk: Buffer): void {
    if (this.#isStopped) return;
    if (this.#keptBytes > 0) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
      if (this.#keptBytes < this.#needed) return;
      this.#bytes = Buffer.concat(this.#kept);
    } else {
      this.#bytes = chunk;
    }
    this.#at = 0;
    this.#readAll();
  }

  #readAll(): void {
    while (this.#at < this.#bytes.length && !this.#isStopped) {
      this.#start = this.#at;
      try {
        this.#readOne();
      } catch (error) {
        if (!(error instanceof Incomplete)) throw error;
        this.#keep(error.bytes);
        return;
      }
    }
    this.#kept = [];
    this.#keptBytes = 0;
  }

  #keep(needed: number): void {
    if (needed > REPLY_BYTES_MAX) throw new UnreadableReply('a reply is too long');
    // Copied, because a view would keep the whole chunk in memory.
    this.#kept = [Buffer.from(this.#bytes.subarray(this.#start))];
    this.#keptBytes = this.#bytes.length - this.#start;
    this.#needed = needed;
  }

  #readOne(): void {
    if (this.#bytes[this.#at] !== BULK) {
      this.#sink.other(this.#reply(0));
      return;
    }
    this.#at += 1;
    const length = this.#length();
    if (length < 0) {
      this.#sink.other(null);
      return;
    }
    const from = this.#at;
    this.#skipBulk(length);
    this.#sink.text(this.#bytes, from, from + length);
  }

  #reply(depth: number): RespReply {
    if (depth > DEPTH_MAX) throw new UnreadableReply('lists are nested too deeply');
    const type = this.#byte();
    switch (type) {
      case STATUS:
        return this.#line();
      case ERROR:
        return new RespError(this.#line());
      case NUMBER:
        return String(this.#count());
      case BULK: {
        const length = this.#length();
        if (length < 0) return null;
        const from = this.#at;
        this.#skipBulk(length);
        return this.#bytes.toString('utf8', from, from + length);
      }
      case LIST: {
        const length = this.#length();
        if (length < 0) return null;
        const items: RespReply[] = [];
        for (let item = 0; item < length; item += 1) items.push(this.#reply(depth + 1));
        return items;
      }
      default:
        throw new UnreadableReply('not a type of reply');
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#incomplete(1);
    this.#at += 1;
    return byte;
  }

  #skipBulk(length: number): void {
    const end = this.#at + length;
    if (end + 2 > this.#bytes.length) throw this.#incomplete(length + 2);
    this.#at = end;
    this.#endLine();
  }

  #endLine(): void {
    if (this.#byte() !== CR || this.#byte() !== LF)
      throw new UnreadableReply('a line does not end where it should');
  }

  #line(): string {
    const from = this.#at;
    const end = this.#bytes.indexOf(CR, from);
    if ((end < 0 ? this.#bytes.length : end) - from > LINE_BYTES_MAX) {
      throw new UnreadableReply('a line is too long');
    }
    if (end < 0) throw this.#incomplete(this.#bytes.length - from + 1);
    this.#at = end;
    this.#endLine();
    return this.#bytes.toString('utf8', from, end);
  }

  /** A length; -1 means that there is no value. */
  #length(): number {
    const length = this.#count();
    if (length < -1) throw new UnreadableReply('not a length');
    return length;
  }

  /** A whole number on a line of its own. */
  #count(): number {
    const isNegative = this.#bytes[this.#at] === MINUS;
    if (isNegative) this.#at += 1;
    let value = 0;
    let digits = 0;
    let byte = this.#byte();
    for (; byte >= DIGIT_0 && byte <= DIGIT_9; byte = this.#byte()) {
      value = value * 10 + (byte - DIGIT_0);
      digits += 1;
      if (digits > 16) throw new UnreadableReply('a number is too long');
    }
    if (digits === 0 || byte !== CR || this.#byte() !== LF) {
      throw new UnreadableReply('not a number');
    }
    return isNegative ? -value : value;
  }

  // `missing` is counted from the reader's position.
  #incomplete(missing: number): Error {
    const incomplete = new Incomplete();
    incomplete.bytes = this.#at - this.#start + missing;
    return incomplete;
  }
}
