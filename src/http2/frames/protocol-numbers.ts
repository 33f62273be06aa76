// The numbers of HTTP/2 as RFC 9113 gives them, as far as they mean anything here.

/** Frame types (section 6). */
export const FRAME = {
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

/** Frame flags. The same bit can mean two things, depending on the frame type. */
export const FLAG = {
  endStream: 0x01,
  ack: 0x01,
  endHeaders: 0x04,
  padded: 0x08,
  priority: 0x20,
} as const;

/** Identifiers of SETTINGS (section 6.5.2). */
export const SETTING = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const;

/** Error codes of RST_STREAM and GOAWAY that we send (section 7). */
export const ERROR = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  ENHANCE_YOUR_CALM: 0xb,
} as const;
export type ErrorName = keyof typeof ERROR;

/** Length 3, type 1, flags 1, stream 4 (section 4.1). */
export const FRAME_HEADER_BYTES = 9;

/** The lowest limit for a payload that a peer may set. We set it too: requests are small. */
export const FRAME_BYTES_MAX = 16_384;

/** The highest limit on a payload that a peer may set (section 6.5.2). */
export const FRAME_BYTES_HIGHEST: number = 2 ** 24 - 1;

/** Stream identifiers and windows have 31 bits. */
export const INT31_MAX: number = 2 ** 31 - 1;

/** Every window until SETTINGS or WINDOW_UPDATE changes it (section 6.9.2). */
export const WINDOW_BYTES_AT_FIRST = 65_535;
