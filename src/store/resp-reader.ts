import { RespError } from './resp-reply.ts';
import type { RespReply } from './resp-reply.ts';

/** Told of each whole reply, in their order. */
export interface ReplySink {
  /** A bulk string, as every script of ours answers: these bytes, which are valid during the call only. */
  text(bytes: Buffer, from: number, to: number): void;
  /** Any other reply. */
  other(reply: RespReply): void;
}

/** What one reply may take at most, in bytes; the longest that we ask for is INFO with about 6 KB. */
export const REPLY_BYTES_MAX: number = 1_048_576;
/** Lists in lists: the cursor and the entries of a scan are two. */
const DEPTH_MAX = 4;
const LINE_BYTES_MAX = 4_096;

const [CR, LF, MINUS, DIGIT_0, DIGIT_9] = [13, 10, 45, 48, 57];
const [STATUS, ERROR, NUMBER, BULK, LIST] = [43, 45, 58, 36, 42];

/** Bytes that are no reply, or too many for one. */
export class UnreadableReply extends Error {}

/** Thrown and caught here: the reply at hand is so long in all, at least. */
class Incomplete extends Error {
  bytes = 0;
}

/**
 * Reads RESP2 replies from a socket's chunks. Strict, because a reply that is misread belongs to nobody, and bounded:
 * never more than one incomplete reply of {@link REPLY_BYTES_MAX} is kept.
 */
export class RespReader {
  readonly #sink: ReplySink;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Below that many bytes there is no use in reading the kept ones again. */
  #needed = 0;
  #isStopped = false;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #start = 0;

  constructor(sink: ReplySink) {
    this.#sink = sink;
  }

  /** From now on nothing is told any more, also of the chunk that is being read. */
  stop(): void {
    this.#isStopped = true;
    this.#kept = [];
  }

  /** @throws {UnreadableReply} after which nothing on this connection can be trusted. */
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
    // Copied: a view would hold on to the whole chunk.
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
    if (depth > DEPTH_MAX) throw new UnreadableReply('lists are nested too deep');
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
        throw new UnreadableReply('no type of a reply');
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
    if (this.#byte() !== CR || this.#byte() !== LF) throw new UnreadableReply('no end of a line');
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

  /** -1 stands for nothing. */
  #length(): number {
    const length = this.#count();
    if (length < -1) throw new UnreadableReply('no length');
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
      throw new UnreadableReply('no number');
    }
    return isNegative ? -value : value;
  }

  // The bytes that are missing are counted from where the reader stands.
  #incomplete(missing: number): Error {
    const incomplete = new Incomplete();
    incomplete.bytes = this.#at - this.#start + missing;
    return incomplete;
  }
}
