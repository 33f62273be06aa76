import type { Frame } from './frames.ts';

const HEADER_BYTES = 9;

/** Splits a stream of bytes, in any pieces, into HTTP/2 frames. It checks nothing. */
export class FrameSplitter {
  #pending: Buffer = Buffer.alloc(0);

  /** The frames that these bytes complete. */
  push(bytes: Buffer): Frame[] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      const length = lengthAt(this.#pending, at);
      if (length === undefined || at + HEADER_BYTES + length > this.#pending.length) break;
      frames.push(frameAt(this.#pending, at, length));
      at += HEADER_BYTES + length;
    }
    this.#pending = this.#pending.subarray(at);
    return frames;
  }

  /** Whether the bytes so far end inside a frame. */
  get isWithinFrame(): boolean {
    return this.#pending.length > 0;
  }

  /** The length that the unfinished frame claims, if its header has arrived. */
  get claimedLength(): number | undefined {
    return lengthAt(this.#pending, 0);
  }

  /**
   * How many bytes the unfinished frame still needs, or its header if the length has not arrived.
   */
  get missingBytes(): number {
    const length = this.claimedLength ?? 0;
    return this.isWithinFrame ? HEADER_BYTES + length - this.#pending.length : 0;
  }
}

function lengthAt(bytes: Buffer, at: number): number | undefined {
  return bytes.length - at < HEADER_BYTES ? undefined : bytes.readUIntBE(at, 3);
}

function frameAt(bytes: Buffer, at: number, length: number): Frame {
  return {
    type: bytes.readUInt8(at + 3),
    flags: bytes.readUInt8(at + 4),
    streamId: bytes.readUInt32BE(at + 5) & 0x7fffffff,
    payload: bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length),
  };
}
