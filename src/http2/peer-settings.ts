import { ConnectionFault } from './connection-fault.ts';
import type { FrameReader } from './frame-reader.ts';
import { FRAME_BYTES_MAX, INT31_MAX } from './frame-type.ts';
import type { ReplySender } from './reply-sender.ts';
import type { StreamTable } from './stream-table.ts';

/** Identifiers of SETTINGS (RFC 9113 section 6.5.2), those that mean anything here. */
export const SETTING = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const;

const FRAME_BYTES_HIGHEST = 2 ** 24 - 1;

/**
 * Takes over what a peer's SETTINGS say. Its header table is of no interest: our blocks do without one.
 * @throws {ConnectionFault} for a value that the setting cannot have
 */
export function applySettings(frame: FrameReader, sender: ReplySender, streams: StreamTable): void {
  let initialWindow: number | undefined;
  for (let at = frame.start; at < frame.end; at += 6) {
    const value = frame.bytes.readUInt32BE(at + 2);
    switch (frame.bytes.readUInt16BE(at)) {
      case SETTING.enablePush:
        if (value > 1) throw invalid('PROTOCOL_ERROR', 'ENABLE_PUSH');
        break;
      case SETTING.initialWindowSize:
        if (value > INT31_MAX) throw invalid('FLOW_CONTROL_ERROR', 'INITIAL_WINDOW_SIZE');
        initialWindow = value;
        break;
      case SETTING.maxFrameSize:
        if (value < FRAME_BYTES_MAX || value > FRAME_BYTES_HIGHEST) {
          throw invalid('PROTOCOL_ERROR', 'MAX_FRAME_SIZE');
        }
        sender.setFrameBytesMax(value);
        break;
      default:
    }
  }
  // The last one counts: each would move the windows of all streams.
  if (initialWindow !== undefined) sender.setInitialWindow(initialWindow, streams);
}

function invalid(error: 'PROTOCOL_ERROR' | 'FLOW_CONTROL_ERROR', name: string): ConnectionFault {
  return new ConnectionFault(error, `SETTINGS_${name} has a value that it cannot have`);
}
