import { ConnectionFault } from './connection-fault.ts';
import { FRAME_BYTES_MAX, FRAME_HEADER_BYTES } from './protocol-numbers.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Splits the incoming bytes into frames. A frame that lies in one chunk is read in place. A frame
 * that comes in pieces is put together in a buffer of its own. Neither is ever written to again, so
 * a payload stays valid for as long as something refers to it.
 *
 * Usage: `reader.push(chunk); while (reader.next()) …`. The fields describe the current frame.
 */
export class FrameReader {
  type = 0;
  flags = 0;
  streamId = 0;
  /** The payload: `bytes` from `start` to `end`. */
  bytes: Buffer = NOTHING;
  start = 0;
  end = 0;
  #chunk: Buffer = NOTHING;
  #at = 0;
  /** The start of a frame whose end has not arrived: its header, and the payload so far. */
  readonly #head: Buffer = Buffer.alloc(FRAME_HEADER_BYTES);
  #headBytes = 0;
  #body: Buffer = NOTHING;
  #bodyBytes = 0;

  /** Adds the next chunk. Everything before it must have been read. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * Moves to the next whole frame.
   * @returns false when no whole frame has arrived yet
   * @throws {ConnectionFault} FRAME_SIZE_ERROR for a frame that is larger than the limit we
   *   announced
   */
  next(): boolean {
    if (this.#headBytes > 0) return this.#nextInPieces();
    const at = this.#at;
    const left = this.#chunk.length - at;
    if (left < FRAME_HEADER_BYTES) return this.#keep(left);
    const length = payloadLength(this.#chunk, at);
    if (left < FRAME_HEADER_BYTES + length) return this.#keep(left);
    this.#readHead(this.#chunk, at);
    this.bytes = this.#chunk;
    this.start = at + FRAME_HEADER_BYTES;
    this.end = this.start + length;
    this.#at = this.end;
    return true;
  }

  #readHead(bytes: Buffer, at: number): void {
    this.type = bytes[at + 3] ?? 0;
    this.flags = bytes[at + 4] ?? 0;
    // The first bit is reserved and ignored.
    this.streamId = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
  }

  #keep(left: number): false {
    if (left > 0) this.#nextInPieces();
    return false;
  }

  #nextInPieces(): boolean {
    this.#headBytes += this.#take(this.#head, this.#headBytes);
    if (this.#headBytes < FRAME_HEADER_BYTES) return false;
    const length = payloadLength(this.#head, 0);
    this.#makeRoom(Math.min(length, this.#bodyBytes + this.#chunk.length - this.#at), length);
    this.#bodyBytes += this.#take(this.#body, this.#bodyBytes);
    if (this.#bodyBytes < length) return false;
    this.#readHead(this.#head, 0);
    this.bytes = this.#body;
    this.start = 0;
    this.end = length;
    this.#headBytes = 0;
    this.#body = NOTHING;
    this.#bodyBytes = 0;
    return true;
  }

  /** Grows with the bytes that have arrived, not with the length that a header claims. */
  #makeRoom(bytes: number, bytesMax: number): void {
    if (this.#body.length >= bytes) return;
    const larger = Buffer.allocUnsafe(Math.min(bytesMax, Math.max(bytes, this.#body.length * 2)));
    this.#body.copy(larger, 0, 0, this.#bodyBytes);
    this.#body = larger;
  }

  /** Copies as much of the chunk into `target` as fits, starting at `from`. */
  #take(target: Buffer, from: number): number {
    const taken = this.#chunk.copy(target, from, this.#at, this.#at + target.length - from);
    this.#at += taken;
    return taken;
  }
}

function payloadLength(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3);
  if (length > FRAME_BYTES_MAX) {
    throw new ConnectionFault(
      'FRAME_SIZE_ERROR',
      `a frame is larger than ${FRAME_BYTES_MAX} bytes`,
    );
  }
  return length;
}
