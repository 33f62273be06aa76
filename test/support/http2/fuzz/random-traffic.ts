// Conversations of a client that knows HTTP/2 well and follows it most of the time.

import { RECORDED_PATH } from './corpus.ts';
import type { Dice } from './dice.ts';
import { FAIL_PATH, HELD_PATH, LATER_PATH, NOW_PATH, WATCH_PATH } from '../echo-methods.ts';
import {
  continuation,
  data,
  ERROR_CODE,
  FLAG,
  frame,
  FRAME_TYPE,
  goaway,
  grpcMessage,
  headers,
  padded,
  ping,
  PREFACE,
  priority,
  priorityFields,
  rstStream,
  settings,
  SETTINGS_ACK,
  WINDOW_MAX,
  windowUpdate,
} from '../frames.ts';
import { huffmanEncode } from '../hpack/huffman.ts';
import { requestLines } from '../peer.ts';
import { encodeBlock, indexed, integer, literalAt, tableSizeUpdate } from '../hpack/plain-hpack.ts';
import type { HeaderLines, LiteralKind } from '../hpack/plain-hpack.ts';

const ACTIONS_MAX = 30;
const SLIP = 0.06;
const PATHS = [NOW_PATH, LATER_PATH, LATER_PATH, HELD_PATH, FAIL_PATH, WATCH_PATH, RECORDED_PATH];
const TURN = Buffer.alloc(0);

const ODD_LINES: HeaderLines = [
  ['X-Upper', '1'],
  ['connection', 'close'],
  ['te', 'gzip'],
  [':path', NOW_PATH],
  [':status', '200'],
  ['content-length', '3'],
  ['grpc-timeout', '1n'],
  ['grpc-timeout', 'never'],
  ['grpc-encoding', 'gzip'],
  ['content-type', 'text/plain'],
  ['x-nul', 'a\0b'],
  ['x-long', 'x'.repeat(9_000)],
  ['', ''],
];

export function randomTraffic(dice: Dice): Buffer[] {
  return new RandomTraffic(dice).pieces();
}

class RandomTraffic {
  readonly #dice: Dice;
  readonly #pieces: Buffer[] = [PREFACE, settings(), SETTINGS_ACK];
  #nextStreamId = 1;
  /** Requests that were begun but not ended. */
  readonly #unfinished: number[] = [];
  #calls = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  pieces(): Buffer[] {
    const actions = this.#dice.between(1, ACTIONS_MAX);
    for (let index = 0; index < actions; index += 1) {
      if (this.#dice.happens(SLIP)) this.#slip();
      else this.#action();
      if (this.#dice.happens(0.3)) this.#pieces.push(TURN);
    }
    return this.#pieces;
  }

  #action(): void {
    const dice = this.#dice;
    const act = dice.pick([
      () => {
        this.#call();
      },
      () => {
        this.#call();
      },
      () => {
        this.#begin();
      },
      () => {
        this.#goOn();
      },
      () => {
        this.#goOn();
      },
      () => {
        this.#push(rstStream(this.#knownStream(), dice.below(16)));
      },
      () => {
        this.#push(ping(dice.below(2 ** 32)));
      },
      () => {
        const increment = dice.pick([1, 100, 65_535, 2 ** 20]);
        this.#push(windowUpdate(dice.pick([0, this.#knownStream()]), increment));
      },
      () => {
        this.#push(this.#settings());
      },
      () => {
        this.#push(priority(this.#anyStream() || 1));
      },
      () => {
        const payload = dice.bytes(dice.below(30));
        this.#push(frame(dice.between(10, 255), dice.below(256), this.#anyStream(), { payload }));
      },
    ]);
    act();
  }

  /** A frame with a valid format that is wrong at this point. */
  #slip(): void {
    const dice = this.#dice;
    const any = this.#anyStream();
    const payload = dice.bytes(dice.pick([0, 1, 3, 4, 5, 8, 9, 20]));
    const slips: readonly (() => Buffer)[] = [
      () => data(any, payload, dice.pick([0, 1, 8, 9])),
      () => headers(any, this.#block(NOW_PATH, []), dice.pick([0, 1, 4, 5, 0x0c, 0x24, 0x2d])),
      () => headers(this.#newStream(), dice.bytes(dice.between(0, 40)), 5),
      () => headers(this.#newStream(), this.#block(NOW_PATH, []), 0),
      () => continuation(any, payload, dice.pick([0, 4])),
      () => frame(dice.below(10), dice.below(256), any, { payload }),
      () => windowUpdate(any, dice.pick([0, WINDOW_MAX, 0x8000_0000])),
      () => settings([dice.between(0, 8), dice.pick([0, 1, 2, 16_383, WINDOW_MAX, 2 ** 32 - 1])]),
      () => goaway(dice.pick([0, any]), dice.pick(Object.values(ERROR_CODE)), payload),
      () => rstStream(any),
      () => frame(FRAME_TYPE.data, 0, any, { payload, claimedLength: payload.length + 7 }),
      () => frame(FRAME_TYPE.pushPromise, 4, any, { payload }),
      () => data(any, Buffer.alloc(16_385)),
    ];
    this.#push(dice.pick(slips)());
  }

  /** A whole call that is usually valid. */
  #call(): void {
    const streamId = this.#newStream();
    this.#pushHeaders(streamId, this.#dice.pick(PATHS), 0);
    this.#pushBody(streamId, this.#body(), FLAG.endStream);
  }

  #begin(): void {
    const streamId = this.#newStream();
    this.#pushHeaders(streamId, this.#dice.pick(PATHS), 0);
    this.#unfinished.push(streamId);
  }

  /** One more piece of an open request, or its end. */
  #goOn(): void {
    const dice = this.#dice;
    const [streamId] = this.#unfinished.splice(0, 1);
    if (streamId === undefined) return;
    const isEnd = dice.happens(0.6);
    if (isEnd && dice.happens(0.2)) {
      this.#push(data(streamId, this.#body()));
      this.#push(headers(streamId, encodeBlock([['x-checksum', '1']], 'indexed'), 5));
      return;
    }
    const body = isEnd ? this.#body() : dice.bytes(dice.below(3)).fill(0);
    this.#pushBody(streamId, body, isEnd ? FLAG.endStream : 0);
    if (!isEnd) this.#unfinished.push(streamId);
  }

  #body(): Buffer {
    const dice = this.#dice;
    this.#calls += 1;
    const message = Buffer.from(
      `call ${this.#calls} ${'x'.repeat(dice.pick([0, 10, 500, 20_000]))}`,
    );
    if (dice.happens(0.9)) return grpcMessage(message);
    return dice.pick([
      Buffer.alloc(0),
      grpcMessage(message, dice.pick([1, 2])),
      grpcMessage(message, 0, dice.pick([0, message.length + 1, 0xffff_ffff])),
      Buffer.concat([grpcMessage(message), grpcMessage(message)]),
    ]);
  }

  /** DATA in one frame or several, with or without padding. */
  #pushBody(streamId: number, body: Buffer, lastFlags: number): void {
    const dice = this.#dice;
    const most = dice.pick([16_000, 16_000, 7]);
    const step = Math.max(most, Math.ceil(body.length / 20));
    let at = 0;
    do {
      const part = body.subarray(at, at + step);
      at += step;
      const flags = at >= body.length ? lastFlags : 0;
      if (dice.happens(0.2))
        this.#push(data(streamId, padded(part, dice.below(20)), flags | FLAG.padded));
      else this.#push(data(streamId, part, flags));
    } while (at < body.length);
  }

  #pushHeaders(streamId: number, path: string, flags: number): void {
    const dice = this.#dice;
    const odd = dice.happens(0.1) ? [dice.pick(ODD_LINES)] : [];
    let block = this.#block(path, odd);
    let all = flags | FLAG.endHeaders;
    if (dice.happens(0.1)) {
      block = Buffer.concat([priorityFields(dice.below(20)), block]);
      all |= FLAG.priority;
    }
    if (dice.happens(0.1)) {
      block = padded(block, dice.below(50));
      all |= FLAG.padded;
    } else if (dice.happens(0.15)) {
      const cut = dice.below(block.length);
      this.#push(headers(streamId, block.subarray(0, cut), all & ~FLAG.endHeaders));
      this.#push(continuation(streamId, block.subarray(cut)));
      return;
    }
    this.#push(headers(streamId, block, all));
  }

  #block(path: string, more: HeaderLines): Buffer {
    const dice = this.#dice;
    const kind: LiteralKind = dice.pick(['indexed', 'plain', 'never']);
    const lines = [...requestLines(path, []), ...more];
    const parts = [
      ...(dice.happens(0.05) ? [tableSizeUpdate(dice.pick([0, 40, 4_096]))] : []),
      ...(dice.happens(0.5) ? [encodeBlock(lines, kind)] : lines.map((line) => this.#line(line))),
      // The content of that entry is not known any more. It may be a second path, or missing.
      ...(dice.happens(0.05) ? [indexed(dice.between(58, 70))] : []),
      ...(dice.happens(0.03) ? [dice.bytes(3)] : []),
    ];
    return Buffer.concat(parts);
  }

  /** One header line in one of its many representations. */
  #line([name, value]: readonly [string, string]): Buffer {
    const dice = this.#dice;
    const STATIC: Readonly<Record<string, number>> = {
      ':authority': 1,
      ':method': 2,
      ':path': 4,
      ':scheme': 6,
      'content-type': 31,
    };
    if (`${name}=${value}` === ':method=POST') return indexed(3);
    const index = STATIC[name];
    const kind: LiteralKind = dice.pick(['indexed', 'plain', 'never']);
    if (index !== undefined && dice.happens(0.5)) return literalAt(index, value, kind);
    const [codedName, codedValue] = [huffmanEncode(name), huffmanEncode(value)];
    return Buffer.concat([
      Buffer.from([kind === 'indexed' ? 0x40 : 0]),
      integer(codedName.length, 7, 0x80),
      codedName,
      integer(codedValue.length, 7, 0x80),
      codedValue,
    ]);
  }

  #settings(): Buffer {
    const dice = this.#dice;
    return dice.pick([
      settings(),
      settings([4, dice.pick([0, 1, 100, 65_535, 2 ** 20])]),
      settings([1, dice.pick([0, 4_096, 2 ** 20])]),
      settings([5, dice.pick([16_384, 20_000, 2 ** 24 - 1])]),
      settings([3, dice.below(5)], [2, 0], [0xfafa, 7]),
    ]);
  }

  #newStream(): number {
    const streamId = this.#nextStreamId;
    this.#nextStreamId += this.#dice.happens(0.95) ? 2 : this.#dice.pick([4, 100]);
    return streamId;
  }

  #knownStream(): number {
    return Math.max(1, this.#nextStreamId - 2 * this.#dice.between(1, 6));
  }

  #anyStream(): number {
    const dice = this.#dice;
    const near = Math.max(0, this.#nextStreamId + dice.between(-8, 4));
    return dice.pick([0, 1, 2, near, near, this.#knownStream(), 0x7fff_ffff]);
  }

  #push(piece: Buffer): void {
    this.#pieces.push(piece);
  }
}
