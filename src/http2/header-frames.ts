import { ConnectionFault } from './connection-fault.ts';
import type { ConnectionParts } from './connection-parts.ts';
import type { FrameReader } from './frame-reader.ts';
import { FLAG } from './frame-type.ts';
import { HeaderBlock } from './header-block.ts';
import type { RequestStreams } from './request-streams.ts';
import { takePaddingOff } from './stream-padding.ts';

const PRIORITY_BYTES = 5;

/** HEADERS and CONTINUATION (RFC 9113 sections 6.2 and 6.10): puts header blocks together. */
export class HeaderFrames {
  readonly #parts: ConnectionParts;
  readonly #requests: RequestStreams;
  #unfinished: HeaderBlock | undefined;

  constructor(parts: ConnectionParts, requests: RequestStreams) {
    this.#parts = parts;
    this.#requests = requests;
  }

  /** The header block whose end has not come. Nothing but its CONTINUATION may come before that. */
  get unfinished(): HeaderBlock | undefined {
    return this.#unfinished;
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
      // A stream whose headers are still coming cannot be reset yet.
      if (dependsOnItself)
        throw new ConnectionFault('PROTOCOL_ERROR', 'a stream is its own parent');
      const { limits, nowMs } = this.#parts;
      this.#unfinished = new HeaderBlock(streamId, endsStream, nowMs(), limits);
      this.#unfinished.add(frame.bytes.subarray(frame.start, frame.end));
    } else this.#requests.block(streamId, endsStream, frame);
    if (dependsOnItself) this.#requests.isItsOwnParent(streamId);
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
    this.#requests.block(block.streamId, block.endsStream, { bytes, start: 0, end: bytes.length });
  }

  #takePriorityOff(frame: FrameReader): boolean {
    if (frame.end - frame.start < PRIORITY_BYTES) {
      throw new ConnectionFault('FRAME_SIZE_ERROR', 'HEADERS have no room for their priority');
    }
    const dependency = frame.bytes.readUInt32BE(frame.start) & 0x7fff_ffff;
    frame.start += PRIORITY_BYTES;
    return dependency === frame.streamId;
  }
}
