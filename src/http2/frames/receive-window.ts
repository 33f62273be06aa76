import { ConnectionFault } from './connection-fault.ts';
import type { FrameWriter } from './frame-writer.ts';

/**
 * Our window for the DATA of all streams together (RFC 9113 section 5.2). It opens again as soon as
 * DATA arrives, whether or not the DATA was used: a request that does not end must not hold up the
 * others. The bytes that we keep have limits of their own.
 */
export class ReceiveWindow {
  readonly #writer: FrameWriter;
  readonly #size: number;
  #left: number;

  constructor(writer: FrameWriter, size: number) {
    this.#writer = writer;
    this.#size = size;
    this.#left = size;
  }

  /**
   * @throws {ConnectionFault} FLOW_CONTROL_ERROR when the peer sends more than the window allows
   */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= this.#size / 2) return;
    if (this.#left < 0) {
      throw new ConnectionFault('FLOW_CONTROL_ERROR', 'more DATA than the window allows');
    }
    this.#writer.windowUpdate(0, this.#size - this.#left);
    this.#left = this.#size;
  }
}
