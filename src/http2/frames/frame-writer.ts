import { AwaitedAcks } from './awaited-acks.ts';
import { ERROR, FLAG, FRAME, FRAME_HEADER_BYTES, type ErrorName } from './protocol-numbers.ts';

const SLAB_BYTES_MIN = 512;
const SLAB_BYTES_MAX = 32 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Collects the frames of one connection and sends them together: all replies of one turn of the
 * event loop are one write. Bytes that were handed over are never written to again, so they need no
 * copy. An idle connection holds half a kilobyte.
 */
export class FrameWriter {
  /** What the peer has to acknowledge. */
  readonly awaited: AwaitedAcks = new AwaitedAcks();
  /** Where the next bytes go, after {@link reserve}. */
  slab: Buffer = NOTHING;
  at = 0;
  #sent = 0;
  #isDue = false;
  readonly #send: (bytes: Buffer) => void;
  readonly #flushSoon: () => void;

  /**
   * @param send gets bytes that never change afterwards
   * @param flushSoon called once when there is something to flush; {@link flush} must follow
   */
  constructor(send: (bytes: Buffer) => void, flushSoon: () => void) {
    this.#send = send;
    this.#flushSoon = flushSoon;
  }

  /** Makes room for bytes. The caller writes them to `slab` from `at` on, then moves `at`. */
  reserve(bytes: number): void {
    if (!this.#isDue) {
      this.#isDue = true;
      this.#flushSoon();
    }
    if (this.slab.length - this.at >= bytes) return;
    this.#handOver();
    const size = Math.min(Math.max(this.slab.length * 2, SLAB_BYTES_MIN), SLAB_BYTES_MAX);
    this.slab = Buffer.allocUnsafe(Math.max(size, bytes));
    this.at = 0;
    this.#sent = 0;
  }

  flush(): void {
    this.#isDue = false;
    this.#handOver();
  }

  #handOver(): void {
    if (this.at === this.#sent) return;
    const bytes = this.slab.subarray(this.#sent, this.at);
    this.#sent = this.at;
    this.#send(bytes);
  }

  /** The header of a frame; its payload must follow. */
  header(length: number, type: number, flags: number, streamId: number): void {
    this.reserve(FRAME_HEADER_BYTES + length);
    const { slab, at } = this;
    slab[at] = length >>> 16;
    slab[at + 1] = length >>> 8;
    slab[at + 2] = length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    writeInt32(slab, at + 5, streamId);
    this.at = at + FRAME_HEADER_BYTES;
  }

  int32(value: number): void {
    writeInt32(this.slab, this.at, value);
    this.at += 4;
  }

  int16(value: number): void {
    this.slab[this.at] = value >>> 8;
    this.slab[this.at + 1] = value;
    this.at += 2;
  }

  /** Text whose characters are bytes. */
  text(text: string): void {
    this.at += this.slab.write(text, this.at, text.length, 'latin1');
  }

  /** @param entries identifiers and values */
  settings(entries: readonly (readonly [number, number])[]): void {
    this.header(entries.length * 6, FRAME.settings, 0, 0);
    for (const [identifier, value] of entries) {
      this.int16(identifier);
      this.int32(value);
    }
    this.awaited.settingsSent();
  }

  settingsAck(): void {
    this.header(0, FRAME.settings, FLAG.ack, 0);
  }

  /** @param payload eight bytes as text */
  ping(payload: string): void {
    this.#ping(payload, 0);
    this.awaited.pingSent();
  }

  /** @param payload that of the peer's PING */
  pingAck(payload: string): void {
    this.#ping(payload, FLAG.ack);
  }

  #ping(payload: string, flags: number): void {
    this.header(payload.length, FRAME.ping, flags, 0);
    this.text(payload);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.header(4, FRAME.windowUpdate, 0, streamId);
    this.int32(increment);
  }

  rstStream(streamId: number, error: ErrorName): void {
    this.header(4, FRAME.rstStream, 0, streamId);
    this.int32(ERROR[error]);
  }

  goaway(lastStreamId: number, error: ErrorName, debug: string): void {
    this.header(8 + debug.length, FRAME.goaway, 0, 0);
    this.int32(lastStreamId);
    this.int32(ERROR[error]);
    this.text(debug);
  }

  /** A header block in one frame: ours are far smaller than any frame limit that a peer may set. */
  headers(streamId: number, block: string, flags: number): void {
    this.header(block.length, FRAME.headers, flags | FLAG.endHeaders, streamId);
    this.text(block);
  }
}

/** Big-endian, without the range checks of Buffer's own methods: the bytes are reserved. */
export function writeInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
