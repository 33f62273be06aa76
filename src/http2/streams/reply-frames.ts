import { writeInt32, type FrameWriter } from '../frames/frame-writer.ts';
import { FLAG, FRAME, FRAME_HEADER_BYTES } from '../frames/protocol-numbers.ts';
import { OK_TRAILERS, RESPONSE_HEADERS } from './reply-blocks.ts';

/** Before each message come a compressed flag and a length (gRPC over HTTP/2). */
export const MESSAGE_PREFIX_BYTES = 5;

const STREAM_AT = 5;
const BEGIN = frame(FRAME.headers, FLAG.endHeaders, RESPONSE_HEADERS);
const DATA_AT = BEGIN.length;
const TRAILERS = frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, OK_TRAILERS);
/** HEADERS, and the DATA frame up to the start of the message. */
const HEAD = Buffer.concat([BEGIN, frame(FRAME.data, 0, ''), Buffer.alloc(MESSAGE_PREFIX_BYTES)]);

/**
 * Writes a whole reply: headers, one message, and trailers with OK. The bytes are prepared once;
 * only the stream and the lengths differ. The caller must have checked that the windows and the
 * frame size allow it.
 */
export function writeUnaryReply(writer: FrameWriter, streamId: number, message: string): void {
  const { length } = message;
  writer.reserve(HEAD.length + length + TRAILERS.length);
  const { slab, at } = writer;
  slab.set(HEAD, at);
  writeInt32(slab, at + STREAM_AT, streamId);
  const data = at + DATA_AT;
  const dataBytes = MESSAGE_PREFIX_BYTES + length;
  slab[data] = dataBytes >>> 16;
  slab[data + 1] = dataBytes >>> 8;
  slab[data + 2] = dataBytes;
  writeInt32(slab, data + STREAM_AT, streamId);
  writeInt32(slab, data + FRAME_HEADER_BYTES + 1, length);
  slab.write(message, at + HEAD.length, length, 'latin1');
  const trailers = at + HEAD.length + length;
  slab.set(TRAILERS, trailers);
  writeInt32(slab, trailers + STREAM_AT, streamId);
  writer.at = trailers + TRAILERS.length;
}

/** One message with its prefix, as text whose characters are bytes. */
export function framedMessage(message: string): string {
  const { length } = message;
  return (
    String.fromCharCode(
      0,
      length >>> 24,
      (length >>> 16) & 0xff,
      (length >>> 8) & 0xff,
      length & 0xff,
    ) + message
  );
}

function frame(type: number, flags: number, payload: string): Buffer {
  const head = Buffer.alloc(FRAME_HEADER_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  return Buffer.concat([head, Buffer.from(payload, 'latin1')]);
}
