import type { Socket } from 'node:net';
import { Conversation } from './conversation.ts';
import type { Reply } from './conversation.ts';
import {
  data,
  FLAG,
  FRAME_SIZE_DEFAULT,
  FRAME_TYPE,
  grpcMessage,
  headers,
  ping,
  PREFACE,
  settings,
  SETTINGS_ACK,
} from './frames.ts';
import { encodeBlock } from './hpack/plain-hpack.ts';
import type { HeaderLines } from './hpack/plain-hpack.ts';
import { WireEnd } from './wire-end.ts';

const QUIET_TURNS = 4;
const SETTLE_TURNS_MAX = 2_000;
const WITHIN_MAX_MS = 20_000;

/** The way to the server: in memory or through a socket. */
interface Way {
  send(bytes: Buffer): void;
  end(): void;
  break(): void;
}

/** A client that sends the frames of a test, and keeps and checks everything that comes back. */
export class Peer {
  readonly conversation: Conversation = new Conversation();
  isEnded = false;
  readonly #way: Way;
  #heard = 0;
  #pings = 0;
  readonly #waiting = new Set<() => void>();

  private constructor(way: Way) {
    this.#way = way;
  }

  /** Connects in memory to a server, which gets the other end. */
  static inMemory(serve: (wire: WireEnd) => void): { peer: Peer; wire: WireEnd } {
    const wire = new WireEnd();
    const peer = new Peer({
      send: (bytes) => {
        wire.arrive(bytes);
      },
      end: () => {
        wire.arriveEnd();
      },
      break: () => {
        wire.break();
      },
    });
    wire.onOutput = (bytes) => {
      peer.#received(bytes);
    };
    wire.onEnded = () => {
      peer.#ended();
    };
    serve(wire);
    return { peer, wire };
  }

  /** Uses a connected socket. */
  static over(socket: Socket): Peer {
    const peer = new Peer({
      send: (bytes) => {
        if (!socket.destroyed) socket.write(bytes);
      },
      end: () => socket.end(),
      break: () => socket.resetAndDestroy(),
    });
    socket.on('data', (bytes: Buffer) => {
      peer.#received(bytes);
    });
    socket.on('error', () => {});
    for (const end of ['end', 'close']) {
      socket.on(end, () => {
        peer.#ended();
      });
    }
    return peer;
  }

  send(...frames: readonly Buffer[]): void {
    for (const bytes of frames) {
      this.conversation.sent(bytes);
      this.#way.send(bytes);
    }
  }

  /** Sends the preface, these settings, and the acknowledgement of the server's settings. */
  begin(...pairs: readonly (readonly [number, number])[]): void {
    this.send(Buffer.concat([PREFACE, settings(...pairs), SETTINGS_ACK]));
  }

  /** Sends a whole unary call; `more` replaces or adds header lines. */
  call(streamId: number, path: string, message = '', more: HeaderLines = []): void {
    const body = grpcMessage(Buffer.from(message, 'latin1'));
    this.send(headers(streamId, encodeBlock(requestLines(path, more))));
    for (let at = 0; at < body.length; at += FRAME_SIZE_DEFAULT) {
      const isLast = at + FRAME_SIZE_DEFAULT >= body.length;
      const part = body.subarray(at, at + FRAME_SIZE_DEFAULT);
      this.send(data(streamId, part, isLast ? FLAG.endStream : 0));
    }
  }

  end(): void {
    this.#way.end();
  }

  /** Breaks the connection without any frame. */
  break(): void {
    this.#way.break();
  }

  reply(streamId: number): Reply | undefined {
    return this.conversation.reply(streamId);
  }

  /** Waits until nothing more arrives; for connections in memory. */
  async settled(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; quiet < QUIET_TURNS; turn += 1) {
      if (turn > SETTLE_TURNS_MAX) throw new Error('the server never stops sending');
      const heard = this.#heard;
      // oxlint-disable-next-line no-await-in-loop -- one turn of the event loop after the other
      await new Promise((resolve) => setImmediate(resolve));
      quiet = heard === this.#heard ? quiet + 1 : 0;
    }
  }

  /** Waits until the condition holds. Checks it whenever something arrives. */
  until(what: string, holds: () => boolean, withinMs: number = WITHIN_MAX_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`${what}: not within ${withinMs} ms`));
      }, withinMs);
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  untilEnded(): Promise<void> {
    return this.until('the end of the connection', () => this.isEnded);
  }

  untilReplied(streamId: number): Promise<void> {
    return this.until(`a reply on stream ${streamId}`, () => isOver(this.reply(streamId)));
  }

  /** Sends a PING with a unique payload. The result says whether it was answered. */
  ping(): () => boolean {
    this.#pings += 1;
    const token = 0x50_00_00_00 + this.#pings;
    this.send(ping(token));
    return () =>
      this.conversation.frames.some(
        ({ type, flags, payload }) =>
          type === FRAME_TYPE.ping && flags === FLAG.ack && payload.readUInt32BE(4) === token,
      );
  }

  #received(bytes: Buffer): void {
    this.#heard += 1;
    this.conversation.received(bytes);
    this.#look();
  }

  #ended(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#heard += 1;
    this.conversation.ended();
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

/** The header lines of a gRPC call. A line of `more` replaces the line of the same name. */
export function requestLines(path: string, more: HeaderLines = []): HeaderLines {
  const replaced = new Set(more.map(([name]) => name));
  const usual: HeaderLines = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'curfew'],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
  ];
  const kept = usual.filter(([name]) => !replaced.has(name));
  const pseudo = more.filter(([name]) => name.startsWith(':'));
  const plain = more.filter(([name]) => !name.startsWith(':'));
  return [
    ...kept.filter(([name]) => name.startsWith(':')),
    ...pseudo,
    ...kept.filter(([name]) => !name.startsWith(':')),
    ...plain,
  ];
}

export function isOver(reply: Reply | undefined): boolean {
  return reply !== undefined && (reply.isEnded || reply.resetCode !== undefined);
}

/** The value of the header or trailer with this name. */
export function valueOf(reply: Reply | undefined, name: string): string | undefined {
  const lines = [...(reply?.headers ?? []), ...(reply?.trailers ?? [])];
  return lines.find(([known]) => known === name)?.[1];
}

/**
 * The messages of a reply, one character for each byte. Throws for incomplete or compressed ones.
 */
export function messagesOf(reply: Reply | undefined): string[] {
  const body = reply?.body ?? Buffer.alloc(0);
  const messages: string[] = [];
  for (let at = 0; at < body.length;) {
    const length = body.readUInt32BE(at + 1);
    if (body[at] !== 0 || at + 5 + length > body.length)
      throw new Error('an incomplete or compressed message');
    messages.push(body.toString('latin1', at + 5, at + 5 + length));
    at += 5 + length;
  }
  return messages;
}
