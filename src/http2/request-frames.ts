import { ConnectionFault } from './connection-fault.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { isLengthWrong } from './content-length.ts';
import type { FrameReader } from './frame-reader.ts';
import { FLAG } from './frame-type.ts';
import { GRPC_STATUS } from './grpc-status.ts';
import { HeaderBlock } from './header-block.ts';
import type { MessageIntake } from './message-intake.ts';
import type { ReceiveWindow } from './receive-window.ts';
import type { RequestBlocks } from './request-blocks.ts';
import type { CallHead } from './request-head.ts';
import { takePaddingOff } from './stream-padding.ts';
import type { StreamEnds } from './stream-ends.ts';
import { UnaryStream, type StreamOwner } from './unary-stream.ts';

const PRIORITY_BYTES = 5;

export interface RequestFramesOptions {
  readonly parts: ConnectionParts;
  readonly blocks: RequestBlocks;
  readonly intake: MessageIntake;
  readonly window: ReceiveWindow;
  readonly ends: StreamEnds;
  readonly owner: StreamOwner;
  /** A call is there whole. */
  readonly onReady: (stream: UnaryStream) => void;
}

/** What a peer sends for its requests: HEADERS, CONTINUATION and DATA (RFC 9113 sections 6.1, 6.2 and 6.10). */
export class RequestFrames {
  readonly #options: RequestFramesOptions;
  readonly #parts: ConnectionParts;
  #unfinished: HeaderBlock | undefined;
  /** Streams above it are nobody's: it stands in our last GOAWAY. */
  #lastIdServed = Infinity;

  constructor(options: RequestFramesOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** The header block whose end has not come. Nothing but its CONTINUATION may come before that. */
  get unfinished(): HeaderBlock | undefined {
    return this.#unfinished;
  }

  /** Serves no stream that comes from now on. */
  stop(): void {
    this.#lastIdServed = Math.min(this.#lastIdServed, this.#parts.streams.lastId);
  }

  headers(frame: FrameReader): void {
    const { streamId, flags } = frame;
    if (streamId % 2 === 0) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'a client opens streams of odd numbers only');
    }
    takePaddingOff(frame);
    const dependsOnItself = (flags & FLAG.priority) !== 0 && this.#takePriorityOff(frame);
    const endsStream = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) === 0) {
      const { limits, nowMs } = this.#parts;
      this.#unfinished = new HeaderBlock(streamId, endsStream, nowMs(), limits);
      this.#unfinished.add(frame.bytes.subarray(frame.start, frame.end));
    } else this.#block(streamId, endsStream, frame);
    if (dependsOnItself) this.#options.ends.resetId(streamId, 'PROTOCOL_ERROR');
  }

  continuation(frame: FrameReader): void {
    const block = this.#unfinished;
    if (block === undefined || block.streamId !== frame.streamId) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'a CONTINUATION continues nothing');
    }
    block.add(frame.bytes.subarray(frame.start, frame.end));
    if ((frame.flags & FLAG.endHeaders) === 0) return;
    this.#unfinished = undefined;
    const bytes = block.whole();
    this.#block(block.streamId, block.endsStream, { bytes, start: 0, end: bytes.length });
  }

  data(frame: FrameReader): void {
    const { streamId, flags } = frame;
    if (streamId === 0) throw new ConnectionFault('PROTOCOL_ERROR', 'DATA on stream 0');
    const frameBytes = frame.end - frame.start;
    this.#options.window.take(frameBytes);
    const stream = this.#parts.streams.find(streamId);
    if (stream === undefined) {
      this.#options.ends.strayFrame(streamId);
      return;
    }
    if (stream.isRequestComplete) {
      this.#options.ends.reset(stream, 'STREAM_CLOSED');
      return;
    }
    takePaddingOff(frame);
    stream.isRequestComplete = (flags & FLAG.endStream) !== 0;
    stream.receivedBytes += frame.end - frame.start;
    if (isLengthWrong(stream)) {
      this.#options.ends.reset(stream, 'PROTOCOL_ERROR');
      return;
    }
    if (!stream.isRequestComplete && !this.#mayGoOn(stream, frameBytes)) return;
    if (this.#options.intake.take(stream, frame.bytes, frame.start, frame.end)) {
      this.#options.onReady(stream);
    }
  }

  #takePriorityOff(frame: FrameReader): boolean {
    if (frame.end - frame.start < PRIORITY_BYTES) {
      throw new ConnectionFault('FRAME_SIZE_ERROR', 'HEADERS have no room for their priority');
    }
    const dependency = frame.bytes.readUInt32BE(frame.start) & 0x7fff_ffff;
    frame.start += PRIORITY_BYTES;
    return dependency === frame.streamId;
  }

  #block(streamId: number, endsStream: boolean, block: BlockBytes): void {
    const stream = this.#parts.streams.find(streamId);
    if (stream !== undefined) this.#trailers(stream, endsStream, block);
    else if (streamId <= this.#parts.streams.lastId) this.#stray(streamId, block);
    else this.#request(streamId, endsStream, block);
  }

  #request(streamId: number, endsStream: boolean, { bytes, start, end }: BlockBytes): void {
    const { streams, limits, writer } = this.#parts;
    const { blocks, ends } = this.#options;
    const head = blocks.head(bytes, start, end);
    streams.noteId(streamId);
    if (streamId > this.#lastIdServed) streams.ignore(streamId);
    else if (head.kind === 'malformed') ends.resetId(streamId, 'PROTOCOL_ERROR');
    else if (streams.load >= limits.streamsMax) ends.resetId(streamId, 'REFUSED_STREAM');
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

  /** A block for a stream that is over: the table must see it all the same. */
  #stray(streamId: number, { bytes, start, end }: BlockBytes): void {
    this.#options.blocks.trailers(bytes, start, end);
    const kind = this.#parts.streams.kindOf(streamId);
    if (kind === 'ignored') return;
    if (kind === 'closed') throw new ConnectionFault('STREAM_CLOSED', 'HEADERS on a closed stream');
    throw new ConnectionFault('PROTOCOL_ERROR', 'a stream has a lower number than one before it');
  }

  #noMessage(stream: UnaryStream): void {
    if (stream.head.contentLength > 0) this.#options.ends.reset(stream, 'PROTOCOL_ERROR');
    else stream.end(GRPC_STATUS.unimplemented, 'a unary call has one message');
  }

  /** For a request that does not end with this frame: our window for it, and whether the frame says anything. */
  #mayGoOn(stream: UnaryStream, frameBytes: number): boolean {
    const { limits, writer, budgets, nowMs } = this.#parts;
    if (frameBytes === 0) budgets.emptyData.spend(nowMs());
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

interface BlockBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}
