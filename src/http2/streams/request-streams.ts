import { ConnectionFault } from '../frames/connection-fault.ts';
import type { FrameReader } from '../frames/frame-reader.ts';
import { FLAG } from '../frames/protocol-numbers.ts';
import type { ReceiveWindow } from '../frames/receive-window.ts';
import { takePaddingOff } from '../frames/stream-padding.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { GRPC_STATUS } from './grpc-status.ts';
import type { MessageIntake } from './message-intake.ts';
import type { RequestBlocks } from './request-blocks.ts';
import type { CallHead } from './request-head.ts';
import type { StreamEnds } from './stream-ends.ts';
import { UnaryStream, type StreamOwner } from './unary-stream.ts';

export interface RequestStreamsOptions {
  readonly parts: ConnectionParts;
  readonly blocks: RequestBlocks;
  readonly intake: MessageIntake;
  readonly window: ReceiveWindow;
  readonly ends: StreamEnds;
  readonly owner: StreamOwner;
  /** A whole call has arrived. */
  readonly onReady: (stream: UnaryStream) => void;
}

/** Opens a stream for each request and collects its content (RFC 9113 section 8.1). */
export class RequestStreams {
  readonly #options: RequestStreamsOptions;
  readonly #parts: ConnectionParts;
  /** Streams above it are not served: it is the one that our last GOAWAY names. */
  #lastIdServed = Infinity;

  constructor(options: RequestStreamsOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** The last stream that is served so far. */
  get lastIdServed(): number {
    return Math.min(this.#lastIdServed, this.#parts.streams.lastId);
  }

  /** Stops serving new streams. */
  stop(): void {
    this.#lastIdServed = this.lastIdServed;
  }

  /** Takes a whole header block: of a new request, or the trailers of an open one. */
  block(streamId: number, endsStream: boolean, block: BlockBytes): void {
    const stream = this.#parts.streams.find(streamId);
    if (stream !== undefined) this.#trailers(stream, endsStream, block);
    else if (streamId <= this.#parts.streams.lastId) this.#stray(streamId, block);
    else this.#request(streamId, endsStream, block);
  }

  /** Priorities are ignored, but a stream must not depend on itself (RFC 7540 section 5.3.1). */
  dependsOnItself(streamId: number): void {
    this.#options.ends.resetId(streamId, 'PROTOCOL_ERROR');
  }

  data(frame: FrameReader): void {
    const { streamId, flags } = frame;
    if (streamId === 0) throw new ConnectionFault('PROTOCOL_ERROR', 'DATA on stream 0');
    const frameBytes = frame.end - frame.start;
    this.#options.window.take(frameBytes);
    takePaddingOff(frame);
    const isLast = (flags & FLAG.endStream) !== 0;
    // Padding is not content: a frame that carries nothing else does not bring its request forward.
    if (frame.start === frame.end && !isLast)
      this.#parts.budgets.emptyData.spend(this.#parts.nowMs());
    const stream = this.#parts.streams.find(streamId);
    if (stream === undefined) {
      this.#options.ends.strayData(streamId, isLast);
      return;
    }
    if (stream.isRequestComplete) {
      this.#options.ends.reset(stream, 'STREAM_CLOSED');
      return;
    }
    stream.isRequestComplete = isLast;
    stream.receivedBytes += frame.end - frame.start;
    if (isLengthWrong(stream)) {
      this.#options.ends.reset(stream, 'PROTOCOL_ERROR');
      return;
    }
    if (!isLast && !this.#mayGoOn(stream, frameBytes)) return;
    if (this.#options.intake.take(stream, frame.bytes, frame.start, frame.end)) {
      this.#options.onReady(stream);
    }
  }

  #request(streamId: number, endsStream: boolean, { bytes, start, end }: BlockBytes): void {
    const { streams, limits, writer } = this.#parts;
    const { blocks, ends } = this.#options;
    const head = blocks.head(bytes, start, end);
    streams.noteId(streamId);
    if (streamId > this.#lastIdServed) streams.ignore(streamId);
    else if (head.kind === 'malformed') ends.resetId(streamId, 'PROTOCOL_ERROR');
    else if (streams.size >= limits.streamsMax) ends.resetId(streamId, 'REFUSED_STREAM');
    else if (streams.load >= limits.streamsMax) ends.refuseForNow(streamId);
    else if (head.kind === 'call') this.#open(streamId, endsStream, head);
    else {
      writer.headers(streamId, head.block, FLAG.endStream);
      ends.refused(streamId, endsStream);
    }
  }

  #open(streamId: number, endsStream: boolean, head: CallHead): void {
    const { streams, sender, limits, nowMs } = this.#parts;
    const stream = new UnaryStream(this.#options.owner, streamId, head, {
      nowMs: nowMs(),
      receiveWindow: limits.streamWindowBytes,
      sendWindow: sender.initialWindow,
    });
    streams.add(stream);
    if (!endsStream) return;
    stream.isRequestComplete = true;
    this.#noMessage(stream);
  }

  #trailers(stream: UnaryStream, endsStream: boolean, { bytes, start, end }: BlockBytes): void {
    const areTrailers = this.#options.blocks.trailers(bytes, start, end);
    if (stream.isRequestComplete) {
      this.#options.ends.reset(stream, 'STREAM_CLOSED');
      return;
    }
    stream.isRequestComplete = endsStream;
    if (!areTrailers || !endsStream || isLengthWrong(stream)) {
      this.#options.ends.reset(stream, 'PROTOCOL_ERROR');
    } else if (stream.parts === undefined) this.#noMessage(stream);
    else if (this.#options.intake.take(stream, stream.parts, 0, 0)) this.#options.onReady(stream);
  }

  /**
   * A block for a stream that has ended: the header table must see it all the same. On a stream
   * that we have reset it costs us as much as a stream that is reset, so it spends that budget.
   */
  #stray(streamId: number, { bytes, start, end }: BlockBytes): void {
    this.#options.blocks.trailers(bytes, start, end);
    const kind = this.#parts.streams.kindOf(streamId);
    if (kind === 'ignored') {
      this.#parts.budgets.resets.spend(this.#parts.nowMs());
      return;
    }
    if (kind === 'closed') throw new ConnectionFault('STREAM_CLOSED', 'HEADERS on a closed stream');
    throw new ConnectionFault('PROTOCOL_ERROR', 'a stream has a lower number than an earlier one');
  }

  #noMessage(stream: UnaryStream): void {
    if (stream.head.contentLength > 0) this.#options.ends.reset(stream, 'PROTOCOL_ERROR');
    else stream.end(GRPC_STATUS.UNIMPLEMENTED, 'a unary call must have one message');
  }

  /** Checks the window of a DATA frame that does not end its request, and widens it in time. */
  #mayGoOn(stream: UnaryStream, frameBytes: number): boolean {
    const { limits, writer } = this.#parts;
    stream.receiveWindow -= frameBytes;
    if (stream.receiveWindow < 0) {
      this.#options.ends.reset(stream, 'FLOW_CONTROL_ERROR');
      return false;
    }
    if (stream.receiveWindow < limits.streamWindowBytes / 2) {
      writer.windowUpdate(stream.id, limits.streamWindowBytes - stream.receiveWindow);
      stream.receiveWindow = limits.streamWindowBytes;
    }
    return true;
  }
}

/** Whether the DATA of a request contradicts its `content-length` (RFC 9113 section 8.1.1). */
function isLengthWrong({ head, receivedBytes, isRequestComplete }: UnaryStream): boolean {
  if (head.contentLength < 0) return false;
  return isRequestComplete
    ? receivedBytes !== head.contentLength
    : receivedBytes > head.contentLength;
}

/** A header block in place. */
export interface BlockBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}
