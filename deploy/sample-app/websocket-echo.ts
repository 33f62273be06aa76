import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455 section 1.3
const PAYLOAD_MAX = 65_535; // frames with a 64-bit length are refused
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/**
 * Sends every WebSocket message back, frame by frame with the first byte unchanged. So text, binary
 * and fragmented messages are all correct without being reassembled.
 */
export function echoWebSocket(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers['sec-websocket-key'];
  socket.on('error', () => socket.destroy());
  if (key === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket') {
    socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    return;
  }
  const accept = createHash('sha1').update(`${key}${HANDSHAKE_GUID}`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
      `sec-websocket-accept: ${accept}\r\n\r\n`,
  );
  let unread = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes]);
    for (let frame = readFrame(unread); frame !== undefined; frame = readFrame(unread)) {
      unread = unread.subarray(frame.size);
      if (!answer(socket, frame)) return;
    }
  });
}

interface Frame {
  /** FIN, reserved bits and opcode. */
  readonly first: number;
  readonly payload: Buffer;
  readonly size: number;
  /** Close code of RFC 6455 section 7.4.1 when it breaks the protocol. */
  readonly fault: number | undefined;
}

function answer(socket: Duplex, frame: Frame): boolean {
  if (frame.fault !== undefined) {
    const code = Buffer.alloc(2);
    code.writeUInt16BE(frame.fault);
    socket.end(writeFrame(0x80 | CLOSE, code));
    return false;
  }
  const opcode = frame.first & 0x0f;
  if (opcode === CLOSE) {
    socket.end(writeFrame(frame.first, frame.payload));
    return false;
  }
  if (opcode === PING) socket.write(writeFrame(0x80 | PONG, frame.payload));
  else if (opcode !== PONG) socket.write(writeFrame(frame.first, frame.payload));
  return true;
}

/** The first frame, or undefined while it is incomplete. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const fault = (code: number): Frame => ({
    first,
    payload: bytes,
    size: bytes.length,
    fault: code,
  });
  if ((first & 0x70) !== 0 || (second & 0x80) === 0) return fault(1002); // clients mask, we agreed on no extension
  const short = second & 0x7f;
  if (short === 127) return fault(1009);
  const start = short === 126 ? 4 : 2;
  if (bytes.length < start + 4) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  const size = start + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, size));
  for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return { first, payload, size, fault: undefined };
}

function writeFrame(first: number, payload: Buffer): Buffer {
  const isLong = payload.length > 125;
  const head = Buffer.alloc(isLong ? 4 : 2);
  head.writeUInt8(first, 0);
  head.writeUInt8(isLong ? 126 : payload.length, 1);
  if (isLong) head.writeUInt16BE(Math.min(payload.length, PAYLOAD_MAX), 2);
  return Buffer.concat([head, payload]);
}
