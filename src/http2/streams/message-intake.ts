import { ConnectionFault } from '../frames/connection-fault.ts';
import type { Http2Limits } from '../http2-limits.ts';
import { GRPC_STATUS } from './grpc-status.ts';
import { statusOnly, withAcceptedEncodings } from './reply-blocks.ts';
import { MESSAGE_PREFIX_BYTES } from './reply-frames.ts';
import type { UnaryStream } from './unary-stream.ts';

const PARTS_BYTES_MIN = 1_024;

const { UNIMPLEMENTED, RESOURCE_EXHAUSTED, INTERNAL } = GRPC_STATUS;
const ENCODED = withAcceptedEncodings(
  statusOnly(UNIMPLEMENTED, 'the message is compressed, but only identity is supported'),
);

/** Bytes kept for unfinished requests, of one connection or of all. */
export interface HeldBytes {
  held: number;
}

/**
 * Builds the one message of a unary request from its DATA. A message that lies in one frame, as
 * nearly all do, is not copied. Parts are put together in a buffer that grows with the bytes that
 * have arrived.
 */
export class MessageIntake {
  readonly #limits: Http2Limits;
  readonly #ofServer: HeldBytes;
  #held = 0;

  constructor(limits: Http2Limits, ofServer: HeldBytes) {
    this.#limits = limits;
    this.#ofServer = ofServer;
  }

  /**
   * Takes the payload of one DATA frame. Refuses the call if the message is malformed.
   * @returns whether the message is complete
   * @throws {ConnectionFault} ENHANCE_YOUR_CALM when unfinished requests hold too many bytes
   */
  take(stream: UnaryStream, bytes: Buffer, start: number, end: number): boolean {
    if (stream.isRequestComplete && stream.parts === undefined) {
      return this.#finish(stream, bytes, start, end);
    }
    const parts = this.#append(stream, bytes.subarray(start, end));
    if (stream.isRequestComplete) {
      const isWhole = this.#finish(stream, parts, 0, stream.receivedBytes);
      this.release(stream);
      return isWhole;
    }
    if (stream.receivedBytes >= MESSAGE_PREFIX_BYTES) this.#refuseEarly(stream, parts);
    return false;
  }

  /** Releases what is kept for this stream. */
  release(stream: UnaryStream): void {
    if (stream.parts === undefined) return;
    this.#count(-stream.parts.length);
    stream.parts = undefined;
  }

  #finish(stream: UnaryStream, bytes: Buffer, start: number, end: number): boolean {
    const messageBytes = end - start - MESSAGE_PREFIX_BYTES;
    if (messageBytes < 0) {
      stream.end(UNIMPLEMENTED, 'a unary call must have one message');
      return false;
    }
    if (!this.#isAcceptable(stream, bytes, start)) return false;
    if (bytes.readUInt32BE(start + 1) !== messageBytes) {
      stream.end(UNIMPLEMENTED, 'a unary call must have one message of the announced length');
      return false;
    }
    stream.message = bytes.subarray(start + MESSAGE_PREFIX_BYTES, end);
    return true;
  }

  /** Refuses a call that its prefix already rules out, before more of the message arrives. */
  #refuseEarly(stream: UnaryStream, parts: Buffer): void {
    if (!this.#isAcceptable(stream, parts, 0)) return;
    if (stream.receivedBytes > MESSAGE_PREFIX_BYTES + parts.readUInt32BE(1)) {
      stream.end(UNIMPLEMENTED, 'a unary call must have one message of the announced length');
    }
  }

  #isAcceptable(stream: UnaryStream, bytes: Buffer, at: number): boolean {
    const compressed = bytes[at] ?? 0;
    if (compressed > 1) stream.end(INTERNAL, 'the compressed flag is neither 0 nor 1');
    else if (compressed === 1 && stream.head.isEncoded) stream.refuse(ENCODED);
    else if (compressed === 1) {
      stream.end(INTERNAL, 'the message is compressed, but grpc-encoding names no encoding');
    } else if (bytes.readUInt32BE(at + 1) > this.#limits.messageBytesMax) {
      stream.end(
        RESOURCE_EXHAUSTED,
        `the message is larger than ${this.#limits.messageBytesMax} bytes`,
      );
    } else return true;
    return false;
  }

  #append(stream: UnaryStream, payload: Buffer): Buffer {
    const before = stream.receivedBytes - payload.length;
    let parts = stream.parts;
    if (parts === undefined || parts.length < stream.receivedBytes) {
      const grown = Math.max(stream.receivedBytes, before * 2, PARTS_BYTES_MIN);
      this.#count(grown - (parts?.length ?? 0));
      const larger = Buffer.allocUnsafe(grown);
      parts?.copy(larger, 0, 0, before);
      parts = larger;
      stream.parts = parts;
    }
    payload.copy(parts, before);
    return parts;
  }

  #count(bytes: number): void {
    const held = this.#held + bytes;
    const ofServer = this.#ofServer.held + bytes;
    const { requestBytesMax, serverRequestBytesMax } = this.#limits;
    if (bytes > 0 && (held > requestBytesMax || ofServer > serverRequestBytesMax)) {
      throw new ConnectionFault('ENHANCE_YOUR_CALM', 'too many bytes of unfinished requests');
    }
    this.#held = held;
    this.#ofServer.held = ofServer;
  }
}
