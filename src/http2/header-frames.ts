import { ConnectionFault } from './frames/connection-fault.ts';
import type { FrameReader } from './frames/frame-reader.ts';
import { HeaderBlock } from './frames/header-block.ts';
import { FLAG } from './frames/protocol-numbers.ts';
import { takePaddingOff } from './frames/stream-padding.ts';
import type { ConnectionParts } from './streams/connection-parts.ts';
import type { RequestStreams } from './streams/request-streams.ts';

const PRIORITY_BYTES = 5;

/** Puts header blocks together from HEADERS and CONTINUATION (RFC 9113 sections 6.2 and 6.10). */
export class HeaderFrames {
  readonly #parts: ConnectionParts;
  readonly #requests: RequestStreams;
  #unfinished: HeaderBlock | undefined;

  constructor(parts: ConnectionParts, requests: RequestStreams) {
    this.#parts = parts;
    this.#requests = requests;
  }

  /**
   * The header block whose end has not arrived. Until then only its CONTINUATION frames may come.
   */
  get unfinished(): HeaderBlock | undefined {
    return this.#unfinished;
  }

  headers(frame: FrameReader): void {
    const { streamId, flags } = frame;
    if (streamId % 2 === 0) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'a client must open streams with odd numbers');
    }
    takePaddingOff(frame);
    const dependsOnItself = (flags & FLAG.priority) !== 0 && this.#takePriorityOff(frame);
    const endsStream = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) === 0) {
      // A stream whose headers have not all arrived cannot be reset yet.
      if (dependsOnItself)
        throw new ConnectionFault('PROTOCOL_ERROR', 'a stream depends on itself');
      const { limits, nowMs } = this.#parts;
      this.#unfinished = new HeaderBlock(streamId, endsStream, nowMs(), limits);
      this.#unfinished.add(frame.bytes.subarray(frame.start, frame.end));
    } else this.#requests.block(streamId, endsStream, frame);
    if (dependsOnItself) this.#requests.dependsOnItself(streamId);
  }

  continuation(frame: FrameReader): void {
    const block = this.#unfinished;
    if (block === undefined || block.streamId !== frame.streamId) {
      throw new ConnectionFault(
        'PROTOCOL_ERROR',
        'a CONTINUATION without a header block to continue',
      );
    }
    block.add(frame.bytes.subarray(frame.start, frame.end));
    if ((frame.flags & FLAG.endHeaders) === 0) return;
    this.#unfinished = undefined;
    const bytes = block.whole();
    this.#requests.block(block.streamId, block.endsStream, { bytes, start: 0, end: bytes.length });
  }

  #takePriorityOff(frame: FrameReader): boolean {
    if (frame.end - frame.start < PRIORITY_BYTES) {
      throw new ConnectionFault('FRAME_SIZE_ERROR', 'HEADERS are too short for their priority');
    }
    const dependency = frame.bytes.readUInt32BE(frame.start) & 0x7fff_ffff;
    frame.start += PRIORITY_BYTES;
    return dependency === frame.streamId;
  }
}
