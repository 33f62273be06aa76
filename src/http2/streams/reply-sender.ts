import { ConnectionFault } from '../frames/connection-fault.ts';
import type { FrameWriter } from '../frames/frame-writer.ts';
import {
  FLAG,
  FRAME,
  FRAME_BYTES_MAX,
  INT31_MAX,
  WINDOW_BYTES_AT_FIRST,
} from '../frames/protocol-numbers.ts';
import { OK_TRAILERS, RESPONSE_HEADERS, statusOnly, statusTrailers } from './reply-blocks.ts';
import { framedMessage, MESSAGE_PREFIX_BYTES, writeUnaryReply } from './reply-frames.ts';
import type { StreamTable } from './stream-table.ts';
import type { StreamOwner, UnaryStream } from './unary-stream.ts';

export interface ReplySenderOptions {
  readonly writer: FrameWriter;
  readonly replyBytesMax: number;
  readonly nowMs: () => number;
  /** The last frame of a stream was written. */
  readonly onSent: (stream: UnaryStream) => void;
  /** The handler of an abandoned call has finished. */
  readonly onReleased: () => void;
  /** More answers wait than the limit allows. */
  readonly onFault: (fault: ConnectionFault) => void;
}

/**
 * Sends answers as the peer's windows allow (RFC 9113 section 5.2). Nearly all can be sent at once.
 */
export class ReplySender implements StreamOwner {
  readonly #options: ReplySenderOptions;
  readonly #writer: FrameWriter;
  readonly #blocked = new Set<UnaryStream>();
  #window: number = WINDOW_BYTES_AT_FIRST;
  #initialWindow: number = WINDOW_BYTES_AT_FIRST;
  #frameBytesMax: number = FRAME_BYTES_MAX;
  #pendingBytes = 0;
  /** Since when answers have waited without progress; `undefined`: none waits. */
  #stalledSinceMs: number | undefined;

  constructor(options: ReplySenderOptions) {
    this.#options = options;
    this.#writer = options.writer;
  }

  /** How much we may send on a new stream. */
  get initialWindow(): number {
    return this.#initialWindow;
  }

  get stalledSinceMs(): number | undefined {
    return this.#stalledSinceMs;
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  released(): void {
    this.#options.onReleased();
  }

  /** Sends one message and OK. */
  reply(stream: UnaryStream, message: string): void {
    const bytes = MESSAGE_PREFIX_BYTES + message.length;
    if (
      bytes <= this.#window &&
      bytes <= stream.sendWindow &&
      bytes <= this.#frameBytesMax &&
      !stream.areHeadersSent
    ) {
      this.#window -= bytes;
      writeUnaryReply(this.#writer, stream.id, message);
      this.#options.onSent(stream);
      return;
    }
    stream.trailers = OK_TRAILERS;
    this.send(stream, message);
  }

  /** Sends one message of a stream. Messages and status keep their order. */
  send(stream: UnaryStream, message: string): void {
    if (!stream.areHeadersSent) {
      stream.areHeadersSent = true;
      this.#writer.headers(stream.id, RESPONSE_HEADERS, 0);
    }
    stream.pending += framedMessage(message);
    this.#pendingBytes += MESSAGE_PREFIX_BYTES + message.length;
    this.#pump(stream);
    if (this.#pendingBytes > this.#options.replyBytesMax) {
      this.#options.onFault(
        new ConnectionFault(
          'ENHANCE_YOUR_CALM',
          'the peer does not read its answers: too many bytes wait',
        ),
      );
    }
  }

  /** Sends a status after the messages before it. */
  end(stream: UnaryStream, code: number, message: string): void {
    if (!stream.areHeadersSent) {
      this.refuse(stream, statusOnly(code, message));
      return;
    }
    stream.trailers = statusTrailers(code, message);
    this.#pump(stream);
  }

  /** Sends a response of headers only. */
  refuse(stream: UnaryStream, block: string): void {
    this.#writer.headers(stream.id, block, FLAG.endStream);
    this.#options.onSent(stream);
  }

  /** Drops what was not sent: the stream has ended. */
  forget(stream: UnaryStream): void {
    this.#pendingBytes -= stream.pending.length;
    stream.pending = '';
    if (this.#blocked.delete(stream) && this.#blocked.size === 0) this.#stalledSinceMs = undefined;
  }

  /** @throws {ConnectionFault} FLOW_CONTROL_ERROR for a window above 2^31 - 1 */
  widen(increment: number): void {
    this.#window += increment;
    if (this.#window > INT31_MAX) throw tooWide();
    for (const stream of this.#blocked) {
      if (this.#window <= 0) return;
      if (stream.sendWindow > 0) this.#pump(stream);
    }
  }

  /** @returns false if the window would exceed 2^31 - 1 */
  widenStream(stream: UnaryStream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.sendWindow > INT31_MAX) return false;
    if (this.#blocked.has(stream)) this.#pump(stream);
    return true;
  }

  /** Applies the peer's SETTINGS_INITIAL_WINDOW_SIZE, also to open streams (section 6.9.2). */
  setInitialWindow(window: number, streams: StreamTable): void {
    const change = window - this.#initialWindow;
    if (change === 0) return;
    this.#initialWindow = window;
    for (const stream of streams.open()) {
      if (!this.widenStream(stream, change)) throw tooWide();
    }
  }

  setFrameBytesMax(bytes: number): void {
    this.#frameBytesMax = bytes;
  }

  #pump(stream: UnaryStream): void {
    const { pending } = stream;
    let sent = 0;
    for (;;) {
      const room = Math.min(this.#window, stream.sendWindow, this.#frameBytesMax);
      const bytes = Math.min(pending.length - sent, room);
      if (bytes <= 0) break;
      this.#writer.header(bytes, FRAME.data, 0, stream.id);
      this.#writer.text(pending.slice(sent, sent + bytes));
      this.#window -= bytes;
      stream.sendWindow -= bytes;
      sent += bytes;
    }
    this.#pendingBytes -= sent;
    stream.pending = pending.slice(sent);
    if (stream.pending !== '') this.#block(stream, sent > 0);
    else this.#finish(stream);
  }

  #block(stream: UnaryStream, hasMoved: boolean): void {
    this.#blocked.add(stream);
    if (hasMoved || this.#stalledSinceMs === undefined) {
      this.#stalledSinceMs = this.#options.nowMs();
    }
  }

  #finish(stream: UnaryStream): void {
    this.#blocked.delete(stream);
    this.#stalledSinceMs = this.#blocked.size === 0 ? undefined : this.#options.nowMs();
    if (stream.trailers === undefined) return;
    this.#writer.headers(stream.id, stream.trailers, FLAG.endStream);
    this.#options.onSent(stream);
  }
}

function tooWide(): ConnectionFault {
  return new ConnectionFault('FLOW_CONTROL_ERROR', 'a window exceeds 2^31 - 1');
}
