import { ConnectionFault } from './connection-fault.ts';
import { FLAG, FRAME, FRAME_BYTES_MAX, INT31_MAX, WINDOW_BYTES_AT_FIRST } from './frame-type.ts';
import type { FrameWriter } from './frame-writer.ts';
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
  /** A handler is done that was at work for nobody. */
  readonly onReleased: () => void;
  /** More waits than is put up with. */
  readonly onFault: (fault: ConnectionFault) => void;
}

/** Sends answers as the peer's windows allow (RFC 9113 section 5.2). Nearly all leave at once and whole. */
export class ReplySender implements StreamOwner {
  readonly #options: ReplySenderOptions;
  readonly #writer: FrameWriter;
  readonly #blocked = new Set<UnaryStream>();
  #window: number = WINDOW_BYTES_AT_FIRST;
  #initialWindow: number = WINDOW_BYTES_AT_FIRST;
  #frameBytesMax: number = FRAME_BYTES_MAX;
  #pendingBytes = 0;
  /** Since when answers wait without any of them getting on; `undefined`: none waits. */
  #stalledSinceMs: number | undefined;

  constructor(options: ReplySenderOptions) {
    this.#options = options;
    this.#writer = options.writer;
  }

  /** What a new stream may send. */
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

  /** One message and OK. */
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

  /** One message, with what was said before and after it in its order. */
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
        new ConnectionFault('ENHANCE_YOUR_CALM', 'answers are not taken: too many bytes wait'),
      );
    }
  }

  /** A status, behind the messages before it. */
  end(stream: UnaryStream, code: number, message: string): void {
    if (!stream.areHeadersSent) {
      this.refuse(stream, statusOnly(code, message));
      return;
    }
    stream.trailers = statusTrailers(code, message);
    this.#pump(stream);
  }

  /** A response of headers alone. */
  refuse(stream: UnaryStream, block: string): void {
    this.#writer.headers(stream.id, block, FLAG.endStream);
    this.#options.onSent(stream);
  }

  /** The stream is gone: what it had to say is not sent. */
  forget(stream: UnaryStream): void {
    this.#pendingBytes -= stream.pending.length;
    stream.pending = '';
    if (this.#blocked.delete(stream) && this.#blocked.size === 0) this.#stalledSinceMs = undefined;
  }

  /** @throws {ConnectionFault} FLOW_CONTROL_ERROR for a window beyond 2^31 - 1 */
  widen(increment: number): void {
    this.#window += increment;
    if (this.#window > INT31_MAX) throw tooWide();
    for (const stream of this.#blocked) {
      if (this.#window <= 0) return;
      if (stream.sendWindow > 0) this.#pump(stream);
    }
  }

  /** False when the window would be wider than 2^31 - 1. */
  widenStream(stream: UnaryStream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.sendWindow > INT31_MAX) return false;
    if (this.#blocked.has(stream)) this.#pump(stream);
    return true;
  }

  /** The peer's SETTINGS_INITIAL_WINDOW_SIZE holds for open streams, too (section 6.9.2). */
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
  return new ConnectionFault('FLOW_CONTROL_ERROR', 'a window is wider than 2^31 - 1');
}
