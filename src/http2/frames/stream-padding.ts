import { ConnectionFault } from './connection-fault.ts';
import type { FrameReader } from './frame-reader.ts';
import { FLAG } from './protocol-numbers.ts';

/**
 * Removes the padding of a DATA or HEADERS frame: afterwards the reader's `start` and `end` enclose
 * the content alone.
 * @throws {ConnectionFault} PROTOCOL_ERROR for padding as long as the payload (RFC 9113 section
 *   6.1)
 */
export function takePaddingOff(frame: FrameReader): void {
  if ((frame.flags & FLAG.padded) === 0) return;
  const padding = frame.bytes[frame.start];
  if (frame.start === frame.end || padding === undefined) {
    throw new ConnectionFault('FRAME_SIZE_ERROR', 'a padded frame is too short for its padding');
  }
  frame.start += 1;
  frame.end -= padding;
  if (frame.end < frame.start) {
    throw new ConnectionFault('PROTOCOL_ERROR', 'padding is longer than its frame');
  }
}
