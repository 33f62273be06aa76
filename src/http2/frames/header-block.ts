import type { Http2Limits } from '../http2-limits.ts';
import { ConnectionFault } from './connection-fault.ts';

/** A header block whose end has not arrived yet. */
export class HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  readonly startedAtMs: number;
  readonly #limits: Http2Limits;
  readonly #parts: Buffer[] = [];
  #bytes = 0;

  constructor(streamId: number, endsStream: boolean, startedAtMs: number, limits: Http2Limits) {
    this.streamId = streamId;
    this.endsStream = endsStream;
    this.startedAtMs = startedAtMs;
    this.#limits = limits;
  }

  /**
   * @throws {ConnectionFault} ENHANCE_YOUR_CALM for a block that has too many pieces or is too
   *   large
   */
  add(part: Buffer): void {
    this.#parts.push(Buffer.from(part));
    this.#bytes += part.length;
    if (this.#parts.length > this.#limits.continuationsMax + 1) {
      throw new ConnectionFault(
        'ENHANCE_YOUR_CALM',
        'a header block has too many CONTINUATION frames',
      );
    }
    if (this.#bytes > this.#limits.headerBlockBytesMax) {
      throw new ConnectionFault('ENHANCE_YOUR_CALM', 'a header block is too large');
    }
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
