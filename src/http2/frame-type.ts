/** Frame types (RFC 9113 section 6). */
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

/** Frame flags. One bit means two things, depending on the type. */
export const FLAG = {
  endStream: 0x01,
  ack: 0x01,
  endHeaders: 0x04,
  padded: 0x08,
  priority: 0x20,
} as const;

/** Length 3, type 1, flags 1, stream 4 (RFC 9113 section 4.1). */
export const FRAME_HEADER_BYTES = 9;

/** The largest payload that a peer must take, and the one that we take: what we are sent is small. */
export const FRAME_BYTES_MAX = 16_384;

/** Stream identifiers and windows have 31 bits. */
export const INT31_MAX: number = 2 ** 31 - 1;

/** Every window before SETTINGS or WINDOW_UPDATE say otherwise (RFC 9113 section 6.9.2). */
export const WINDOW_BYTES_AT_FIRST = 65_535;
