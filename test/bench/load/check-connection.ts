import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { encodeHeaderBlocks } from './header-blocks.ts';
import type { HeaderBlocks } from './header-blocks.ts';
import {
  DEFAULT_WINDOW_BYTES,
  ERROR_CANCEL,
  FLAG,
  FRAME,
  FrameReader,
  PREFACE,
  SETTING,
  dataOf,
  decodeSettings,
  encodeFrame,
  encodeSettings,
  encodeWindowUpdate,
} from './http2-frames.ts';
import type { Frame } from './http2-frames.ts';
import { readAnswer } from './read-answer.ts';
import type { Answer } from './read-answer.ts';

// Envoy's own windows.
const STREAM_WINDOW_BYTES = 16 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 24 * 1024 * 1024;
const FRAME_PAYLOAD_BYTES_MAX = 16_384;

/** The headers that Envoy sends with a check. */
export const CHECK_HEADERS: readonly (readonly [string, string])[] = [
  [':method', 'POST'],
  [':path', '/envoy.service.auth.v3.Authorization/Check'],
  [':authority', 'curfew'],
  [':scheme', 'http'],
  ['te', 'trailers'],
  ['grpc-timeout', '250m'],
  ['content-type', 'application/grpc'],
  ['x-envoy-internal', 'true'],
  ['x-forwarded-for', '10.4.17.23'],
];

export type Answered = (answer: Answer) => void;

/** A message with gRPC's five bytes in front of it. */
export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

interface Call {
  readonly message: Buffer;
  readonly answered: Answered;
  data: Buffer;
}

/**
 * One HTTP/2 connection to Curfew, written directly on the socket: it must cost far less than what it measures. It keeps
 * the server's limit on streams and its window for the connection, and sends the rest as soon as it fits.
 */
export class CheckConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #blocks: HeaderBlocks = encodeHeaderBlocks(CHECK_HEADERS);
  readonly #open = new Map<number, Call>();
  readonly #waiting: Call[] = [];
  readonly #settled = Promise.withResolvers<void>();
  #unsent: Buffer[] = [];
  #nextStreamId = 1;
  #streamsMax = Infinity;
  #streamWindowBytes = DEFAULT_WINDOW_BYTES;
  #windowBytes = DEFAULT_WINDOW_BYTES;
  #receivedBytes = 0;
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#settled.promise.catch(() => undefined); // only open() uses it
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      for (const frame of this.#frames.read(chunk)) this.#take(frame);
    });
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => this.#breakOff());
    this.#write(PREFACE);
    this.#write(
      encodeSettings([
        [SETTING.enablePush, 0],
        [SETTING.initialWindowSize, STREAM_WINDOW_BYTES],
      ]),
    );
    this.#write(encodeWindowUpdate(0, CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES));
  }

  /** Resolves when the server has sent its limits; rejects if no server listens. */
  static async open(port: number): Promise<CheckConnection> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const connection = new CheckConnection(socket);
    await connection.#settled.promise;
    return connection;
  }

  /** Sends a call. `message` comes from `framed`; `answered` is called exactly once. */
  ask(message: Buffer, answered: Answered): void {
    const call = { message, answered, data: NO_DATA };
    if (this.#isOver) answered('broken');
    else if (this.#waiting.length > 0 || !this.#fits(call)) this.#waiting.push(call);
    else this.#send(call);
  }

  close(): void {
    this.#socket.destroy();
    this.#breakOff();
  }

  #fits({ message }: Call): boolean {
    if (message.length > Math.min(this.#streamWindowBytes, FRAME_PAYLOAD_BYTES_MAX)) {
      throw new RangeError(`a request of ${message.length} bytes does not fit into one frame`);
    }
    return this.#open.size < this.#streamsMax && message.length <= this.#windowBytes;
  }

  #send(call: Call): void {
    const streamId = this.#nextStreamId;
    this.#nextStreamId += 2;
    this.#open.set(streamId, call);
    this.#windowBytes -= call.message.length;
    const { first, later } = this.#blocks;
    const block = streamId === 1 ? first : later;
    this.#write(encodeFrame(FRAME.headers, FLAG.endHeaders, streamId, block));
    this.#write(encodeFrame(FRAME.data, FLAG.endStream, streamId, call.message));
  }

  #sendWaiting(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#send(next);
    }
  }

  // Everything from one turn of the event loop is sent in one write.
  #write(frame: Buffer): void {
    if (this.#unsent.push(frame) > 1) return;
    process.nextTick(() => {
      const frames = this.#unsent;
      this.#unsent = [];
      if (!this.#isOver) this.#socket.write(Buffer.concat(frames));
    });
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case FRAME.data:
        this.#takeData(frame);
        return;
      case FRAME.headers:
        if ((frame.flags & FLAG.endStream) !== 0) this.#conclude(frame.streamId);
        return;
      case FRAME.rstStream:
        // At a call's deadline grpc-go gives no status but cancels the stream, which gRPC treats as a status.
        this.#conclude(
          frame.streamId,
          frame.payload.readUInt32BE(0) === ERROR_CANCEL ? 'noVerdict' : 'broken',
        );
        return;
      case FRAME.settings:
        this.#takeSettings(frame);
        return;
      case FRAME.ping:
        if ((frame.flags & FLAG.ack) === 0) {
          this.#write(encodeFrame(FRAME.ping, FLAG.ack, 0, Buffer.from(frame.payload)));
        }
        return;
      case FRAME.windowUpdate:
        // The windows of streams do not matter: a request fits completely into the first window.
        if (frame.streamId === 0) this.#windowBytes += frame.payload.readUInt32BE(0);
        this.#sendWaiting();
        return;
      case FRAME.goAway:
        this.close();
        return;
      default:
      // CONTINUATION, PRIORITY and unknown frames have nothing that we need
    }
  }

  #takeData(frame: Frame): void {
    const call = this.#open.get(frame.streamId);
    const data = dataOf(frame);
    if (call !== undefined) {
      call.data = call.data.length === 0 ? Buffer.from(data) : Buffer.concat([call.data, data]);
    }
    this.#receivedBytes += frame.payload.length;
    if (this.#receivedBytes > CONNECTION_WINDOW_BYTES / 2) {
      this.#write(encodeWindowUpdate(0, this.#receivedBytes));
      this.#receivedBytes = 0;
    }
    if ((frame.flags & FLAG.endStream) !== 0) this.#conclude(frame.streamId, 'broken');
  }

  #takeSettings(frame: Frame): void {
    if ((frame.flags & FLAG.ack) !== 0) return;
    for (const [id, value] of decodeSettings(frame.payload)) {
      if (id === SETTING.maxConcurrentStreams) this.#streamsMax = value;
      if (id === SETTING.initialWindowSize) this.#streamWindowBytes = value;
    }
    this.#write(encodeFrame(FRAME.settings, FLAG.ack, 0, NO_DATA));
    this.#settled.resolve();
    this.#sendWaiting();
  }

  #conclude(streamId: number, fault?: 'broken' | 'noVerdict'): void {
    const call = this.#open.get(streamId);
    if (call === undefined) return;
    this.#open.delete(streamId);
    this.#sendWaiting();
    call.answered(fault ?? readAnswer(call.data));
  }

  #breakOff(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settled.reject(new Error('the server has closed the connection'));
    const lost = [...this.#open.values(), ...this.#waiting.splice(0)];
    this.#open.clear();
    for (const { answered } of lost) answered('broken');
  }
}

const NO_DATA = Buffer.alloc(0);
