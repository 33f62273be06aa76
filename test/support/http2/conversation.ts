// Watches one connection from outside and checks what the server sends against RFC 9113 alone.

import { FrameSplitter } from './frame-splitter.ts';
import { PlainHpackDecoder } from './hpack/plain-hpack-decoder.ts';
import { ClientSide } from './client-side.ts';
import { ERROR_CODE, FLAG, FRAME_TYPE, WINDOW_MAX } from './frames.ts';
import type { Frame } from './frames.ts';

type Lines = readonly (readonly [name: string, value: string])[];

/** What arrived on one stream. */
export interface Reply {
  readonly headers: Lines;
  readonly trailers: Lines | undefined;
  /** The content of its DATA frames. */
  readonly body: Buffer;
  readonly isEnded: boolean;
  /** The code of the RST_STREAM that ended it. */
  readonly resetCode: number | undefined;
}

export interface Goaway {
  readonly lastStreamId: number;
  readonly code: number;
  readonly debug: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenReply = Mutable<Reply>;

const ERROR_CODE_MAX = Math.max(...Object.values(ERROR_CODE));
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'upgrade', 'transfer-encoding']);

export class Conversation {
  /** What the server did that the protocol forbids, as text. */
  readonly faults: string[] = [];
  readonly frames: Frame[] = [];
  readonly goaways: Goaway[] = [];
  readonly client: ClientSide = new ClientSide();
  readonly #replies = new Map<number, OpenReply>();
  readonly #splitter = new FrameSplitter();
  readonly #decoder = new PlainHpackDecoder();
  #block: { readonly streamId: number; readonly flags: number; bytes: Buffer } | undefined;

  /** The client sends these bytes. Called before the server can see them. */
  sent(bytes: Buffer): void {
    this.client.sent(bytes);
  }

  received(bytes: Buffer): void {
    for (const frame of this.#splitter.push(bytes)) this.#frame(frame);
  }

  /** The server has ended the connection. */
  ended(): void {
    if (this.#splitter.isWithinFrame) this.#fault('it ended inside a frame');
    if (this.#block !== undefined) this.#fault('it ended inside a header block');
  }

  /** What has arrived on a stream so far. */
  reply(streamId: number): Reply | undefined {
    return this.#replies.get(streamId);
  }

  get replies(): ReadonlyMap<number, Reply> {
    return this.#replies;
  }

  #frame(frame: Frame): void {
    if (this.frames.length === 0 && !isSettings(frame))
      this.#fault('the first frame is not SETTINGS');
    this.frames.push(frame);
    if (frame.payload.length > this.client.frameSizeMax) this.#fault('a frame is too large');
    if (this.#block !== undefined && frame.type !== FRAME_TYPE.continuation) {
      this.#fault('a frame inside a header block');
    }
    this.#checkStream(frame);
    switch (frame.type) {
      case FRAME_TYPE.settings:
        return this.#settings(frame);
      case FRAME_TYPE.ping:
        return this.#ping(frame);
      case FRAME_TYPE.goaway:
        return this.#goaway(frame);
      case FRAME_TYPE.windowUpdate:
        return this.#windowUpdate(frame);
      case FRAME_TYPE.headers:
        return this.#headers(frame);
      case FRAME_TYPE.continuation:
        return this.#continuation(frame);
      case FRAME_TYPE.data:
        return this.#data(frame);
      case FRAME_TYPE.rstStream:
        return this.#reset(frame);
      default:
        return this.#fault(`a frame of type ${frame.type}`);
    }
  }

  #checkStream({ type, streamId }: Frame): void {
    const ofConnection =
      type === FRAME_TYPE.settings || type === FRAME_TYPE.ping || type === FRAME_TYPE.goaway;
    if (ofConnection && streamId !== 0) this.#fault(`type ${type} on stream ${streamId}`);
    if (ofConnection || (type === FRAME_TYPE.windowUpdate && streamId === 0)) return;
    const reply = this.#replies.get(streamId);
    if (type === FRAME_TYPE.rstStream) {
      // Skipped streams count as closed, and a closed stream may be reset again (RFC 9113, section
      // 5.4.2).
      if (!this.client.hasReached(streamId)) this.#fault(`RST_STREAM on idle stream ${streamId}`);
    } else if (!this.client.hasOpened(streamId)) this.#fault(`type ${type} on idle ${streamId}`);
    else if (reply?.resetCode !== undefined || reply?.isEnded === true) {
      this.#fault(`type ${type} on stream ${streamId}, which has ended`);
    }
  }

  #settings({ flags, payload }: Frame): void {
    if ((flags & FLAG.ack) !== 0) {
      if (payload.length > 0) this.#fault('an acknowledgement of SETTINGS that is not empty');
      if (!this.client.settingsAcknowledged()) this.#fault('SETTINGS acknowledged too often');
    } else if (payload.length % 6 !== 0) this.#fault('SETTINGS of an odd length');
  }

  #ping({ flags, payload }: Frame): void {
    if (payload.length !== 8) this.#fault('a PING whose length is not 8');
    if ((flags & FLAG.ack) !== 0 && !this.client.pingAcknowledged(payload.toString('hex'))) {
      this.#fault('an acknowledgement without a PING');
    }
  }

  #goaway({ payload }: Frame): void {
    if (payload.length < 8) return this.#fault('a GOAWAY that is too short');
    const [lastStreamId, code] = [payload.readUInt32BE(0), payload.readUInt32BE(4)];
    if (code > ERROR_CODE_MAX) this.#fault(`GOAWAY with the unknown code ${code}`);
    const before = this.goaways.at(-1)?.lastStreamId ?? WINDOW_MAX;
    if (lastStreamId > before) this.#fault('GOAWAY raises its last stream');
    // RFC 9113, section 6.8: the first GOAWAY of a graceful end names the highest possible stream.
    const highest = this.client.highestStreamId;
    if (lastStreamId > highest && !(lastStreamId === WINDOW_MAX && code === 0)) {
      this.#fault(`GOAWAY names stream ${lastStreamId}, above ${highest}`);
    }
    this.goaways.push({ lastStreamId, code, debug: payload.toString('latin1', 8) });
  }

  #windowUpdate({ streamId, payload }: Frame): void {
    if (payload.length !== 4 || (payload.readUInt32BE(0) & WINDOW_MAX) === 0) {
      this.#fault(`a WINDOW_UPDATE on stream ${streamId} that adds nothing`);
    }
  }

  #reset({ streamId, payload }: Frame): void {
    const code = payload.length === 4 ? payload.readUInt32BE(0) : -1;
    if (code < 0 || code > ERROR_CODE_MAX) this.#fault(`RST_STREAM with the code ${code}`);
    this.#replyOf(streamId).resetCode = code;
  }

  #headers({ streamId, flags, payload }: Frame): void {
    if ((flags & (FLAG.padded | FLAG.priority)) !== 0) return this.#fault('HEADERS with extras');
    this.#block = { streamId, flags, bytes: payload };
    if ((flags & FLAG.endHeaders) !== 0) this.#blockIsWhole();
  }

  #continuation({ streamId, flags, payload }: Frame): void {
    const block = this.#block;
    if (block?.streamId !== streamId)
      return this.#fault('a CONTINUATION without a block to continue');
    block.bytes = Buffer.concat([block.bytes, payload]);
    if ((flags & FLAG.endHeaders) !== 0) this.#blockIsWhole();
  }

  #blockIsWhole(): void {
    const { streamId, flags, bytes } = this.#block ?? { streamId: 0, flags: 0, bytes: undefined };
    this.#block = undefined;
    const reply = this.#replyOf(streamId);
    const isEnd = (flags & FLAG.endStream) !== 0;
    const lines = this.#decoded(bytes);
    if (reply.headers.length === 0) {
      reply.headers = lines;
      this.#checkLines(lines, true);
    } else {
      reply.trailers = lines;
      this.#checkLines(lines, false);
      if (!isEnd) this.#fault(`trailers that do not end stream ${streamId}`);
    }
    reply.isEnded ||= isEnd;
  }

  #decoded(bytes: Buffer | undefined): Lines {
    try {
      return this.#decoder.decode(bytes ?? Buffer.alloc(0));
    } catch (error) {
      this.#fault(`a header block that cannot be decoded: ${String(error)}`);
      return [['', '']];
    }
  }

  #checkLines(lines: Lines, isFirst: boolean): void {
    const pseudo = lines.filter(([name]) => name.startsWith(':'));
    if (isFirst && !/^[1-5][0-9][0-9]$/.test(lines[0]?.[0] === ':status' ? lines[0][1] : '')) {
      this.#fault('headers that do not begin with a status');
    }
    if (pseudo.length !== (isFirst ? 1 : 0)) this.#fault('one pseudo-header too many');
    for (const [name, value] of lines) {
      if (!/^:?[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || CONNECTION_HEADERS.has(name)) {
        this.#fault(`a header named ${JSON.stringify(name)}`);
      }
      if (!/^[\x20-\x7e]*$/.test(value)) this.#fault(`${name} with a forbidden character`);
    }
  }

  #data({ streamId, flags, payload }: Frame): void {
    const reply = this.#replyOf(streamId);
    if (reply.headers.length === 0) this.#fault(`DATA before HEADERS on stream ${streamId}`);
    if ((flags & FLAG.padded) !== 0) return this.#fault('padded DATA');
    if (!this.client.takesData(streamId, payload.length)) {
      this.#fault(`DATA above the window of stream ${streamId}`);
    }
    reply.body = Buffer.concat([reply.body, payload]);
    reply.isEnded ||= (flags & FLAG.endStream) !== 0;
  }

  #replyOf(streamId: number): OpenReply {
    const known = this.#replies.get(streamId);
    if (known !== undefined) return known;
    const fresh: OpenReply = {
      headers: [],
      trailers: undefined,
      body: Buffer.alloc(0),
      isEnded: false,
      resetCode: undefined,
    };
    this.#replies.set(streamId, fresh);
    return fresh;
  }

  #fault(what: string): void {
    this.faults.push(what);
  }
}

function isSettings({ type, flags }: Frame): boolean {
  return type === FRAME_TYPE.settings && (flags & FLAG.ack) === 0;
}
