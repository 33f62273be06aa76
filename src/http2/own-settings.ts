import { WINDOW_BYTES_AT_FIRST } from './frame-type.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Http2Limits } from './http2-limits.ts';
import { SETTING } from './peer-settings.ts';

/** The first words of a server (RFC 9113 section 3.4). A table of 4 096 bytes and frames of 16 384 need no mention. */
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
