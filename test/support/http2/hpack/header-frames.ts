// Minimal HTTP/2 for tests of header blocks: frames in and out of a socket, nothing else.

import type { Socket } from 'node:net';

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const HEADER_BYTES = 9;
const TYPE = { headers: 1, settings: 4, ping: 6, continuation: 9 } as const;
const FLAG = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;
const SETTINGS_HEADER_TABLE_SIZE = 1;

export interface HeaderPeer {
  /** A whole block: a HEADERS frame joined with its CONTINUATION frames. */
  onBlock?: (streamId: number, block: Buffer) => void;
  /** The other side has acknowledged our SETTINGS. */
  onAcknowledged?: () => void;
}

/** Sends SETTINGS, acknowledges those of the other side, and passes on each header block. */
export function speakHeaderFrames(
  socket: Socket,
  side: 'client' | 'server',
  headerTableSize: number,
  peer: HeaderPeer,
): void {
  let bytes: Buffer = Buffer.alloc(0);
  let toSkip = side === 'server' ? PREFACE.length : 0;
  let block: Buffer[] = [];
  if (side === 'client') socket.write(PREFACE);
  const setting = Buffer.alloc(6);
  setting.writeUInt16BE(SETTINGS_HEADER_TABLE_SIZE);
  setting.writeUInt32BE(headerTableSize, 2);
  writeFrame(socket, TYPE.settings, 0, 0, setting);
  // A connection that closes early is not the subject of these tests.
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const skipped = Math.min(toSkip, bytes.length);
    bytes = bytes.subarray(skipped);
    toSkip -= skipped;
    while (bytes.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + bytes.readUIntBE(0, 3);
      if (bytes.length < end) return;
      const [type, flags] = [bytes.readUInt8(3), bytes.readUInt8(4)];
      onFrame(type, flags, bytes.readUInt32BE(5), bytes.subarray(HEADER_BYTES, end));
      bytes = bytes.subarray(end);
    }
  });

  function onFrame(type: number, flags: number, streamId: number, payload: Buffer): void {
    if (type === TYPE.settings) {
      if ((flags & FLAG.ack) === 0) writeFrame(socket, TYPE.settings, FLAG.ack, 0);
      else peer.onAcknowledged?.();
    } else if (type === TYPE.ping && (flags & FLAG.ack) === 0) {
      writeFrame(socket, TYPE.ping, FLAG.ack, 0, payload);
    } else if (type === TYPE.headers || type === TYPE.continuation) {
      block.push(type === TYPE.headers ? fragmentOf(flags, payload) : payload);
      if ((flags & FLAG.endHeaders) === 0) return;
      const whole = Buffer.concat(block);
      block = [];
      peer.onBlock?.(streamId, whole);
    }
  }
}

/** A header block that ends its stream; `block` is text in which each character is a byte. */
export function writeBlock(socket: Socket, streamId: number, block: string): void {
  const flags = FLAG.endHeaders | FLAG.endStream;
  writeFrame(socket, TYPE.headers, flags, streamId, Buffer.from(block, 'latin1'));
}

function writeFrame(
  socket: Socket,
  type: number,
  flags: number,
  streamId: number,
  payload: Buffer = Buffer.alloc(0),
): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  socket.write(Buffer.concat([header, payload]));
}

function fragmentOf(flags: number, payload: Buffer): Buffer {
  const isPadded = (flags & FLAG.padded) !== 0;
  const start = (isPadded ? 1 : 0) + ((flags & FLAG.priority) === 0 ? 0 : 5);
  return payload.subarray(start, payload.length - (isPadded ? payload.readUInt8(0) : 0));
}
