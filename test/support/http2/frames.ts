// Builds HTTP/2 frames (RFC 9113, section 6), valid or not: nothing here checks its arguments.

/** Frame types (RFC 9113, section 6). */
export const FRAME_TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags. Their meaning depends on the frame type. */
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** Error codes (RFC 9113, section 7). */
export const ERROR_CODE = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  connectError: 10,
  enhanceYourCalm: 11,
  inadequateSecurity: 12,
  http11Required: 13,
} as const;

/** Identifiers of settings (RFC 9113, section 6.5.2). */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  concurrentStreamsMax: 3,
  initialWindowSize: 4,
  frameSizeMax: 5,
  headerListSizeMax: 6,
} as const;

export const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** The payload that every endpoint must accept (RFC 9113, section 4.2). */
export const FRAME_SIZE_DEFAULT = 16_384;
export const WINDOW_DEFAULT = 65_535;
export const WINDOW_MAX = 0x7fff_ffff;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

const NOTHING = Buffer.alloc(0);
const HEADER_BYTES = 9;

/** Any frame. `claimedLength` makes its length field wrong. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  { payload = NOTHING, claimedLength = payload.length }: FrameBody = {},
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(claimedLength, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId >>> 0, 5);
  return Buffer.concat([header, payload]);
}

export interface FrameBody {
  readonly payload?: Buffer;
  readonly claimedLength?: number;
}

export function data(streamId: number, payload: Buffer, flags = 0): Buffer {
  return frame(FRAME_TYPE.data, flags, streamId, { payload });
}

/** HEADERS with a whole header block, unless the flags say otherwise. */
export function headers(streamId: number, block: Buffer, flags: number = FLAG.endHeaders): Buffer {
  return frame(FRAME_TYPE.headers, flags, streamId, { payload: block });
}

export function continuation(
  streamId: number,
  block: Buffer,
  flags: number = FLAG.endHeaders,
): Buffer {
  return frame(FRAME_TYPE.continuation, flags, streamId, { payload: block });
}

export function priority(streamId: number, dependsOn = 0): Buffer {
  return frame(FRAME_TYPE.priority, 0, streamId, { payload: priorityFields(dependsOn) });
}

/** The five bytes of a PRIORITY frame, or of a HEADERS frame with that flag. */
export function priorityFields(dependsOn: number): Buffer {
  return Buffer.concat([uint32(dependsOn), Buffer.from([15])]);
}

export function rstStream(streamId: number, code: number = ERROR_CODE.cancel): Buffer {
  return frame(FRAME_TYPE.rstStream, 0, streamId, { payload: uint32(code) });
}

/** SETTINGS with pairs of identifier and value. */
export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  for (const [index, [identifier, value]] of pairs.entries()) {
    payload.writeUInt16BE(identifier, index * 6);
    payload.writeUInt32BE(value >>> 0, index * 6 + 2);
  }
  return frame(FRAME_TYPE.settings, 0, 0, { payload });
}

export const SETTINGS_ACK: Buffer = frame(FRAME_TYPE.settings, FLAG.ack, 0);

/** PING with this number as its eight bytes. */
export function ping(token: number, flags = 0): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(token, 4);
  return frame(FRAME_TYPE.ping, flags, 0, { payload });
}

export function goaway(lastStreamId: number, code: number, debug: Buffer = NOTHING): Buffer {
  const payload = Buffer.concat([uint32(lastStreamId), uint32(code), debug]);
  return frame(FRAME_TYPE.goaway, 0, 0, { payload });
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FRAME_TYPE.windowUpdate, 0, streamId, { payload: uint32(increment) });
}

/** The payload of a padded DATA or HEADERS frame: the pad length, the content, and the padding. */
export function padded(
  content: Buffer,
  padBytes: number,
  claimedPadBytes: number = padBytes,
): Buffer {
  return Buffer.concat([Buffer.from([claimedPadBytes]), content, Buffer.alloc(padBytes)]);
}

/** A message as on a gRPC stream: flag, length, bytes. */
export function grpcMessage(
  message: Buffer,
  flag = 0,
  claimedLength: number = message.length,
): Buffer {
  return Buffer.concat([Buffer.from([flag]), uint32(claimedLength), message]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
