import { FrameSplitter } from './frame-splitter.ts';
import {
  FLAG,
  FRAME_SIZE_DEFAULT,
  FRAME_TYPE,
  PREFACE,
  SETTING,
  WINDOW_DEFAULT,
  WINDOW_MAX,
} from './frames.ts';
import type { Frame } from './frames.ts';

interface OpenedStream {
  /** The content of its DATA frames, without padding. */
  readonly parts: Buffer[];
  isEnded: boolean;
  /** How much the server may still send on it. */
  window: number;
}

/** By how much unacknowledged SETTINGS lower the windows of the streams that were open then. */
interface Lowering {
  readonly by: number;
  readonly upToStreamId: number;
}

/**
 * What a client has sent on a connection, valid or not, as far as it affects what the server may
 * answer. It reads only the format of frames and refuses nothing, so it can follow any bytes.
 */
export class ClientSide {
  /** The largest frame that the server may send. */
  frameSizeMax: number = FRAME_SIZE_DEFAULT;
  highestStreamId = 0;
  /** A frame was too large. The bytes after it are not followed. */
  isLost = false;
  /** The client has sent GOAWAY. */
  hasSaidGoodbye = false;
  readonly #streams = new Map<number, OpenedStream>();
  readonly #splitter = new FrameSplitter();
  readonly #pings: string[] = [];
  readonly #settings: Lowering[] = [];
  #preface: Buffer = Buffer.alloc(0);
  #window = WINDOW_DEFAULT;
  #initialWindow = WINDOW_DEFAULT;

  sent(bytes: Buffer): void {
    for (const frame of this.#framesOf(bytes)) {
      // After a frame that is too large the server need not follow, and neither do we.
      if (frame.payload.length > FRAME_SIZE_DEFAULT) this.isLost = true;
      if (!this.isLost) this.#frame(frame);
    }
    const claimed = this.#splitter.claimedLength;
    if (claimed !== undefined && claimed > FRAME_SIZE_DEFAULT) this.isLost = true;
  }

  /**
   * Bytes that complete the frame in which the client has stopped; empty if it can never be
   * completed.
   */
  get completion(): Buffer {
    if (this.isLost || this.#preface.length < PREFACE.length) return Buffer.alloc(0);
    return Buffer.alloc(this.#splitter.missingBytes);
  }

  /** Whether the preface has arrived and is right. */
  get hasBegun(): boolean {
    return this.#preface.equals(PREFACE);
  }

  /** Whether the bytes so far are a beginning of these bytes. */
  beginsLike(bytes: Buffer): boolean {
    return bytes.subarray(0, this.#preface.length).equals(this.#preface);
  }

  /** How much the server may still send on a stream. */
  windowOf(streamId: number): number {
    return Math.min(this.#window, this.#streams.get(streamId)?.window ?? 0);
  }

  hasOpened(streamId: number): boolean {
    return this.#streams.has(streamId);
  }

  /** Whether a stream of the client is no longer idle: it was opened or skipped. */
  hasReached(streamId: number): boolean {
    return streamId % 2 === 1 && streamId <= this.highestStreamId;
  }

  /** All DATA of a stream, if the client has ended the stream. */
  requestOn(streamId: number): Buffer | undefined {
    const stream = this.#streams.get(streamId);
    return stream?.isEnded === true ? Buffer.concat(stream.parts) : undefined;
  }

  /** Whether there were SETTINGS to acknowledge. */
  settingsAcknowledged(): boolean {
    const lowering = this.#settings.shift();
    if (lowering !== undefined) this.#moveWindows(-lowering.by, lowering.upToStreamId);
    return lowering !== undefined;
  }

  /** Whether this PING was sent and not yet acknowledged. */
  pingAcknowledged(token: string): boolean {
    const index = this.#pings.indexOf(token);
    if (index >= 0) this.#pings.splice(index, 1);
    return index >= 0;
  }

  /** Subtracts DATA of the server from the windows; false if they are too small. */
  takesData(streamId: number, length: number): boolean {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.window < length || this.#window < length)
      return length === 0;
    stream.window -= length;
    this.#window -= length;
    return true;
  }

  #framesOf(bytes: Buffer): Frame[] {
    const wanting = PREFACE.length - this.#preface.length;
    if (wanting === 0) return this.#splitter.push(bytes);
    this.#preface = Buffer.concat([this.#preface, bytes.subarray(0, wanting)]);
    return this.#splitter.push(bytes.subarray(Math.min(wanting, bytes.length)));
  }

  #frame(frame: Frame): void {
    const { type, flags, streamId, payload } = frame;
    if (type === FRAME_TYPE.headers) this.#headers(frame);
    else if (type === FRAME_TYPE.data) this.#data(frame);
    else if (type === FRAME_TYPE.ping && (flags & FLAG.ack) === 0) {
      this.#pings.push(payload.toString('hex'));
    } else if (type === FRAME_TYPE.goaway) this.hasSaidGoodbye = true;
    else if (type === FRAME_TYPE.settings && (flags & FLAG.ack) === 0) this.#setTo(payload);
    else if (type === FRAME_TYPE.windowUpdate && payload.length === 4) {
      this.#widen(streamId, payload.readUInt32BE(0) & WINDOW_MAX);
    }
  }

  #headers({ flags, streamId }: Frame): void {
    this.highestStreamId = Math.max(this.highestStreamId, streamId);
    const known = this.#streams.get(streamId);
    const isEnded = (flags & FLAG.endStream) !== 0;
    if (known !== undefined) known.isEnded ||= isEnded;
    else this.#streams.set(streamId, { parts: [], isEnded, window: this.#initialWindow });
  }

  #data({ flags, streamId, payload }: Frame): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.isEnded) return;
    const isPadded = (flags & FLAG.padded) !== 0;
    const padBytes = isPadded ? (payload[0] ?? 0) : 0;
    stream.parts.push(payload.subarray(isPadded ? 1 : 0, payload.length - padBytes));
    stream.isEnded = (flags & FLAG.endStream) !== 0;
  }

  // The server may use a wider window as soon as it is sent, and must keep to a narrower one once
  // it has acknowledged it.
  #setTo(payload: Buffer): void {
    let by = 0;
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const [identifier, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
      if (identifier === SETTING.frameSizeMax && value >= FRAME_SIZE_DEFAULT) {
        this.frameSizeMax = value;
      }
      if (identifier !== SETTING.initialWindowSize || value > WINDOW_MAX) continue;
      const change = value - this.#initialWindow;
      this.#initialWindow = value;
      if (change > 0) this.#moveWindows(change);
      else by -= change;
    }
    this.#settings.push({ by, upToStreamId: this.highestStreamId });
  }

  #moveWindows(change: number, upToStreamId = WINDOW_MAX): void {
    for (const [streamId, stream] of this.#streams) {
      if (streamId <= upToStreamId) stream.window += change;
    }
  }

  #widen(streamId: number, increment: number): void {
    if (streamId === 0) this.#window += increment;
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) stream.window += increment;
  }
}
