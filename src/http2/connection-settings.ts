import { ConnectionFault } from './frames/connection-fault.ts';
import type { FrameReader } from './frames/frame-reader.ts';
import type { FrameWriter } from './frames/frame-writer.ts';
import {
  FRAME_BYTES_HIGHEST,
  FRAME_BYTES_MAX,
  INT31_MAX,
  SETTING,
  WINDOW_BYTES_AT_FIRST,
} from './frames/protocol-numbers.ts';
import type { Http2Limits } from './http2-limits.ts';
import type { ReplySender } from './streams/reply-sender.ts';
import type { StreamTable } from './streams/stream-table.ts';

/**
 * Writes what a server sends first (RFC 9113 section 3.4). The largest frame that we take is the
 * default of the protocol, so it is not mentioned.
 */
export function writeOwnSettings(writer: FrameWriter, limits: Http2Limits): void {
  writer.settings([
    [SETTING.headerTableSize, limits.headerTableBytesMax],
    [SETTING.maxConcurrentStreams, limits.streamsMax],
    [SETTING.initialWindowSize, limits.streamWindowBytes],
    [SETTING.maxHeaderListSize, limits.headerListBytesMax],
  ]);
  const more = limits.connectionWindowBytes - WINDOW_BYTES_AT_FIRST;
  if (more > 0) writer.windowUpdate(0, more);
}

/**
 * Applies a peer's SETTINGS. The size of its header table is ignored: our blocks do not use one.
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
  // Only the last value counts: each one would move the windows of all streams.
  if (initialWindow !== undefined) sender.setInitialWindow(initialWindow, streams);
}

function invalid(error: 'PROTOCOL_ERROR' | 'FLOW_CONTROL_ERROR', name: string): ConnectionFault {
  return new ConnectionFault(error, `SETTINGS_${name} has a value that it cannot have`);
}
