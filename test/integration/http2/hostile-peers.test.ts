// Slow, dying and hostile peers on real sockets. Each is tolerated up to a limit and then gets an
// error code of RFC 9113. Its cost is bounded, and other peers are served all the time.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Http2Limits } from '../../../src/http2/http2-limits.ts';
import type { UnaryCall } from '../../../src/http2/streams/unary-call.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { eventually } from '../../support/time/eventually.ts';
import { HELD_PATH, LATER_PATH, NOW_PATH } from '../../support/http2/echo-methods.ts';
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
  rstStream,
  SETTING,
  settings,
  SETTINGS_ACK,
  windowUpdate,
} from '../../support/http2/frames.ts';
import { ListeningServer } from '../../support/http2/listening-server.ts';
import { messagesOf, valueOf, requestLines, type Peer } from '../../support/http2/peer.ts';
import { encodeBlock, indexed, literal } from '../../support/http2/hpack/plain-hpack.ts';

const BLOCK = encodeBlock(requestLines(NOW_PATH));
const HELD_BLOCK = encodeBlock(requestLines(HELD_PATH));
const BODY = grpcMessage(Buffer.from('question'));
const LARGE = grpcMessage(Buffer.alloc(2_000, 'x'));
const NOTHING = Buffer.alloc(0);
const END = FLAG.endHeaders | FLAG.endStream;
/** An increment of nothing makes the server reset stream 1. */
const RESET_BY_US = Buffer.concat([headers(1, HELD_BLOCK), windowUpdate(1, 0)]);

const { enhanceYourCalm } = ERROR_CODE;

describe('http2: hostile peers', () => {
  let world: ListeningServer;

  async function start(limits: Partial<Http2Limits> = {}): Promise<Peer> {
    world = await ListeningServer.start(limits);
    await world.expectOthersServed();
    return world.begun();
  }
  async function expectEndedWith(peer: Peer, code: number | undefined): Promise<void> {
    await peer.untilEnded();
    expect(peer.conversation.goaways.at(-1)?.code).to.equal(code);
    expect(peer.conversation.faults).to.deep.equal([]);
  }
  afterEach('others were served, and nothing is left', async () => {
    await world.expectOthersServed();
    await world.close();
  });

  describe('that flood', () => {
    const MANY = 3_000;
    const times = (count: number, of: (index: number) => Buffer): Buffer =>
      Buffer.concat(Array.from({ length: count }, (_, index) => of(index)));
    const limits: Partial<Http2Limits> = {
      settingsBurstMax: 50,
      pingsBurstMax: 50,
      resetsBurstMax: 50,
      emptyDataBurstMax: 50,
      controlBurstMax: 50,
    };
    const floods: Readonly<Record<string, Buffer>> = {
      SETTINGS: times(MANY, () => settings()),
      'SETTINGS that change windows back and forth': times(MANY, (index) =>
        settings([SETTING.initialWindowSize, index % 2]),
      ),
      PING: times(MANY, (index) => ping(index)),
      PRIORITY: times(MANY, (index) => priority(2 * index + 1)),
      WINDOW_UPDATE: times(MANY, () => windowUpdate(0, 1)),
      'WINDOW_UPDATE of a stream': Buffer.concat([
        headers(1, HELD_BLOCK),
        times(MANY, () => windowUpdate(1, 1)),
      ]),
      'empty DATA': Buffer.concat([headers(1, HELD_BLOCK), times(MANY, () => data(1, NOTHING))]),
      'DATA that is nothing but padding': Buffer.concat([
        headers(1, HELD_BLOCK),
        times(MANY, () =>
          frame(FRAME_TYPE.data, FLAG.padded, 1, { payload: padded(NOTHING, 200) }),
        ),
      ]),
      'empty DATA on a stream that we have reset': Buffer.concat([
        RESET_BY_US,
        times(MANY, () => data(1, NOTHING)),
      ]),
      'DATA that ends a stream again and again': Buffer.concat([
        RESET_BY_US,
        times(MANY, () => data(1, NOTHING, FLAG.endStream)),
      ]),
      'HEADERS on a stream that we have reset': Buffer.concat([
        RESET_BY_US,
        times(MANY, () => headers(1, BLOCK, END)),
      ]),
      'acknowledgements of SETTINGS that we did not send': times(MANY, () => SETTINGS_ACK),
      'answers to PINGs that we did not send': times(MANY, (index) => ping(index, FLAG.ack)),
      'empty CONTINUATION': Buffer.concat([
        headers(1, HELD_BLOCK, 0),
        times(MANY, () => continuation(1, NOTHING, 0)),
      ]),
      'endless CONTINUATION': Buffer.concat([
        headers(1, HELD_BLOCK, 0),
        times(100, () => continuation(1, Buffer.alloc(16_000), 0)),
      ]),
      'frames of unknown types': times(MANY, (index) => frame(0x10 + (index % 99), 0, index)),
      GOAWAY: times(MANY, () => goaway(0, 0)),
      'streams that are reset at once': times(MANY, (index) =>
        Buffer.concat([headers(2 * index + 1, BLOCK), rstStream(2 * index + 1)]),
      ),
      'whole calls that are reset at once': times(MANY, (index) =>
        Buffer.concat([
          headers(2 * index + 1, HELD_BLOCK),
          data(2 * index + 1, BODY, FLAG.endStream),
          rstStream(2 * index + 1),
        ]),
      ),
      'requests that make us reset them': times(MANY, (index) =>
        headers(2 * index + 1, literal('X', ''), END),
      ),
      'windows that make us reset their streams': times(MANY, (index) =>
        Buffer.concat([headers(2 * index + 1, BLOCK), windowUpdate(2 * index + 1, 0)]),
      ),
      'RST_STREAM on streams that have ended': Buffer.concat([
        headers(1, BLOCK, END),
        times(MANY, () => rstStream(1)),
      ]),
    };
    for (const [what, bytes] of Object.entries(floods)) {
      it(what, async () => {
        const peer = await start(limits);
        peer.send(bytes);
        await peer.untilEnded();
        expect(peer.conversation.goaways.at(-1)?.code).to.equal(enhanceYourCalm);
        expect(peer.conversation.faults).to.deep.equal([]);
        // The answers to a flood are limited like the flood itself.
        expect(peer.conversation.frames.length).to.be.below(200);
        expect(world.echo.asked.filter(({ message }) => message === 'question').length).to.be.below(
          60,
        );
      });
    }

    it('DATA on an ended stream: it is refused once, then ignored', async () => {
      const peer = await start(limits);
      peer.send(headers(1, BLOCK, END));
      peer.send(times(MANY, () => data(1, BODY)));
      await peer.until('all of it to be read', peer.ping());
      const resets = peer.conversation.frames.filter(({ type }) => type === FRAME_TYPE.rstStream);
      expect(resets).to.have.lengthOf(1);
      expect(peer.reply(1)?.resetCode).to.equal(ERROR_CODE.streamClosed);
      expect(peer.conversation.frames.length).to.be.below(20);
    });

    it('HEADERS above the limit of streams: these are refused, and the others answered', async () => {
      const peer = await start({ streamsMax: 10, resetsBurstMax: 1_000 });
      peer.send(
        times(100, (index) =>
          Buffer.concat([
            headers(2 * index + 1, HELD_BLOCK),
            data(2 * index + 1, BODY, FLAG.endStream),
          ]),
        ),
      );
      await peer.untilReplied(199);
      const refused = [...peer.conversation.replies.values()].filter(({ resetCode }) => {
        return resetCode === ERROR_CODE.refusedStream;
      });
      expect([world.echo.held.length, refused.length]).to.deep.equal([10, 90]);
      for (const asked of world.echo.held) world.echo.answer(asked);
      await peer.untilReplied(19);
      expect(messagesOf(peer.reply(19))).to.have.lengthOf(1);
    });

    it('calls that they reset while the handler is working: these still count', async () => {
      const working: UnaryCall[] = [];
      world = await ListeningServer.start({ streamsMax: 10 }, [
        { path: '/test.Echo/Deaf', handle: (_message, call) => void working.push(call) },
      ]);
      const peer = await world.begun();
      const block = encodeBlock(requestLines('/test.Echo/Deaf'));
      const call = (streamId: number): Buffer =>
        Buffer.concat([headers(streamId, block), data(streamId, BODY, FLAG.endStream)]);
      for (let streamId = 1; streamId < 60; streamId += 2) {
        peer.send(call(streamId));
        const isRead = peer.ping();
        // oxlint-disable-next-line no-await-in-loop -- so that the handler has begun before the reset
        await peer.until('the call', isRead);
        peer.send(rstStream(streamId));
      }
      expect(working).to.have.lengthOf(10);
      expect(peer.reply(59)?.resetCode).to.equal(ERROR_CODE.refusedStream);
      for (const each of working.splice(0)) each.reply('too late');
      peer.send(call(61));
      await eventually('a call again', () => working.length === 1);
      working[0]?.reply('at last');
      await peer.untilReplied(61);
      expect(messagesOf(peer.reply(61))).to.deep.equal(['at last']);
    });
  });

  describe('with large headers', () => {
    const large = encodeBlock(requestLines(NOW_PATH, [['x-large', 'x'.repeat(15_000)]]));
    const more = literal('x-more', 'x'.repeat(16_000));

    it('get an error for a list that is too long, and continue', async () => {
      const peer = await start({ headerListBytesMax: 30_000 });
      peer.send(headers(1, large, FLAG.endStream), continuation(1, more));
      await peer.untilReplied(1);
      expect(valueOf(peer.reply(1), ':status')).to.equal('431');
      peer.call(3, NOW_PATH, 'after it');
      await peer.untilReplied(3);
      expect(messagesOf(peer.reply(3))[0]).to.match(/:after it$/);
    });

    it('are disconnected if the block is too large', async () => {
      const peer = await start({ headerBlockBytesMax: 30_000 });
      peer.send(headers(1, large, FLAG.endStream), continuation(1, more));
      await expectEndedWith(peer, enhanceYourCalm);
    });

    it('of a few bytes that expand to many megabytes', async () => {
      const peer = await start();
      // One entry of 4 000 bytes, then 16 000 times its index: 64 MB in one frame.
      const bomb = Buffer.concat([
        BLOCK,
        literal('x-bomb', 'x'.repeat(3_900), 'indexed'),
        Buffer.concat(Array.from({ length: 12_000 }, () => indexed(62))),
      ]);
      const before = process.memoryUsage().heapUsed;
      for (let streamId = 1; streamId < 40; streamId += 2) peer.send(headers(streamId, bomb, END));
      await peer.untilReplied(39);
      expect(valueOf(peer.reply(39), ':status')).to.equal('431');
      expect(process.memoryUsage().heapUsed - before).to.be.below(200 * 1024 * 1024);
      peer.call(41, NOW_PATH, 'after it');
      await peer.untilReplied(41);
      expect(messagesOf(peer.reply(41))[0]).to.match(/:after it$/);
    });
  });

  describe('that read nothing', () => {
    it('keep their window at zero: replies wait up to a limit of bytes', async () => {
      world = await ListeningServer.start({ replyBytesMax: 50_000, streamsMax: 1_000 });
      const peer = await world.begun([SETTING.initialWindowSize, 0]);
      for (let streamId = 1; streamId < 400; streamId += 2)
        peer.call(streamId, NOW_PATH, 'x'.repeat(500));
      await expectEndedWith(peer, enhanceYourCalm);
    });

    it('keep their window at zero: replies wait up to a limit of time', async () => {
      world = await ListeningServer.start({ stallMaxMs: 5_000 });
      const peer = await world.begun([SETTING.initialWindowSize, 0]);
      peer.call(1, NOW_PATH, 'x');
      await peer.until('headers', () => peer.reply(1) !== undefined);
      world.pass(4_999);
      await world.expectOthersServed();
      expect(peer.isEnded).to.equal(false);
      world.pass(2);
      await expectEndedWith(peer, enhanceYourCalm);
    });

    it('do not read their socket: the server does not read it either, and ends it', async () => {
      world = await ListeningServer.start({ replyBytesMax: 500_000, stallMaxMs: 5_000 });
      const { peer, socket } = await world.connect();
      peer.begin([SETTING.initialWindowSize, 2 ** 30]);
      peer.send(windowUpdate(0, 2 ** 30));
      socket.pause();
      const read = (): number =>
        world.echo.asked.filter(({ message }) => message.length === 2_000).length;
      let [streamId, before] = [1, -1];
      // Until the server stops reading, although there is more to read.
      while (read() !== before || socket.writableLength === 0) {
        before = read();
        for (let more = 0; more < 200; more += 1, streamId += 2) {
          peer.send(headers(streamId, BLOCK), data(streamId, LARGE, FLAG.endStream));
        }
        // oxlint-disable-next-line no-await-in-loop -- the server has its turn, and others theirs
        await world.expectOthersServed();
      }
      expect(read()).to.be.below(streamId / 2 - 50);
      expect(world.server.connectionCount).to.equal(2);
      world.pass(5_001);
      // The peer reads nothing, so it cannot get a GOAWAY: the socket is closed.
      world.pass(1_001);
      await eventually('its end', () => world.server.connectionCount === 1);
      socket.destroy();
    });
  });

  describe('that are slow', () => {
    it('send one byte at a time, and are answered', async () => {
      world = await ListeningServer.start();
      const { peer } = await world.connect();
      const bytes = Buffer.concat([
        PREFACE,
        settings(),
        SETTINGS_ACK,
        headers(1, BLOCK),
        data(1, BODY, FLAG.endStream),
      ]);
      for (const byte of bytes) {
        peer.send(Buffer.from([byte]));
        // oxlint-disable-next-line no-await-in-loop -- one byte after the other
        await new Promise((resolve) => setImmediate(resolve));
      }
      await peer.untilReplied(1);
      expect(messagesOf(peer.reply(1))[0]).to.match(/:question$/);
    });

    const limits: Partial<Http2Limits> = {
      handshakeMaxMs: 1_000,
      headerBlockMaxMs: 2_000,
      requestMaxMs: 3_000,
      keepaliveAfterMs: 20_000,
      keepaliveMaxMs: 5_000,
    };
    const silences: Readonly<Record<string, readonly [Buffer, number, number | undefined]>> = {
      // A peer that sent no preface would not understand a GOAWAY.
      'send nothing': [NOTHING, 1_000, undefined],
      'stop inside the preface': [PREFACE.subarray(0, 10), 1_000, undefined],
      'stop after the preface': [PREFACE, 1_000, ERROR_CODE.protocolError],
      'do not acknowledge our SETTINGS': [
        Buffer.concat([PREFACE, settings()]),
        1_000,
        ERROR_CODE.settingsTimeout,
      ],
      'do not end a header block': [
        Buffer.concat([PREFACE, settings(), SETTINGS_ACK, headers(1, HELD_BLOCK, 0)]),
        2_000,
        enhanceYourCalm,
      ],
    };
    for (const [what, [bytes, limitMs, code]] of Object.entries(silences)) {
      it(`${what}: they are disconnected after ${limitMs} ms`, async () => {
        world = await ListeningServer.start(limits);
        const { peer } = await world.connect();
        peer.send(bytes);
        await world.expectOthersServed();
        world.pass(limitMs - 1);
        await world.expectOthersServed();
        expect(peer.isEnded).to.equal(false);
        world.pass(2);
        await expectEndedWith(peer, code);
      });
    }

    it('do not end a request: only that request is cancelled', async () => {
      const peer = await start(limits);
      peer.send(headers(1, HELD_BLOCK), data(1, BODY.subarray(0, 5)));
      await peer.until('it to be read', peer.ping());
      world.pass(2_999);
      await world.expectOthersServed();
      expect(peer.reply(1)).to.equal(undefined);
      world.pass(2);
      await peer.untilReplied(1);
      expect(peer.reply(1)?.resetCode).to.equal(ERROR_CODE.cancel);
      expect([peer.isEnded, peer.conversation.goaways]).to.deep.equal([false, []]);
    });

    it('become silent: they get a PING, and are disconnected if they do not answer', async () => {
      const peer = await start(limits);
      world.pass(20_001);
      const asked = (): boolean =>
        peer.conversation.frames.some(({ type, flags }) => type === FRAME_TYPE.ping && flags === 0);
      await peer.until('a PING', asked);
      expect(peer.isEnded).to.equal(false);
      await world.expectOthersServed();
      world.pass(5_001);
      await expectEndedWith(peer, ERROR_CODE.noError);
    });

    it('open many unfinished requests: their bytes are limited', async () => {
      const peer = await start({ requestBytesMax: 100_000 });
      for (let streamId = 1; streamId < 60; streamId += 2) {
        peer.send(
          headers(streamId, HELD_BLOCK),
          data(streamId, grpcMessage(Buffer.alloc(9_000), 0, 9_001)),
        );
      }
      await expectEndedWith(peer, enhanceYourCalm);
    });

    it('open many unfinished requests on many connections: their bytes are limited, too', async () => {
      await start({ serverRequestBytesMax: 100_000 });
      const peers = await Promise.all(Array.from({ length: 20 }, () => world.begun()));
      for (const peer of peers) {
        peer.send(headers(1, HELD_BLOCK), data(1, grpcMessage(Buffer.alloc(9_000), 0, 9_001)));
      }
      await eventually('an end', () => peers.some((peer) => peer.isEnded));
      const ended = peers.filter((peer) => peer.isEnded);
      for (const peer of ended)
        expect(peer.conversation.goaways.at(-1)?.code).to.equal(enhanceYourCalm);
      expect(ended.length).to.be.below(15);
    });
  });

  describe('that leave', () => {
    it('close their side, and get their answers', async () => {
      const peer = await start();
      peer.call(1, LATER_PATH, 'first');
      peer.call(3, HELD_PATH, 'second');
      peer.end();
      await peer.untilReplied(1);
      for (const asked of world.echo.held) world.echo.answer(asked);
      await peer.untilEnded();
      expect(messagesOf(peer.reply(3))[0]).to.match(/:second$/);
      expect(peer.conversation.faults).to.deep.equal([]);
    });

    it('die during 1 000 calls, on each of ten connections', async () => {
      await start();
      const peers = await Promise.all(Array.from({ length: 10 }, () => world.begun()));
      for (const peer of peers) {
        for (let index = 0; index < 1_000; index += 1) peer.call(2 * index + 1, HELD_PATH, 'dying');
      }
      await eventually('10 000 calls', () => world.echo.held.length === 10_000);
      const held = [...world.echo.held];
      const others = world.server.connectionCount - peers.length;
      for (const peer of peers) peer.break();
      await eventually('their end', () => world.server.connectionCount === others);
      for (const asked of held) {
        expect([asked.abandoned, asked.abandonments, asked.call.isOver]).to.deep.equal([
          'cancelled',
          1,
          true,
        ]);
        asked.call.reply('too late');
        asked.call.end(0, '');
      }
    });

    it('are too many: one above the limit is closed, and the others stay', async () => {
      const peer = await start({ connectionsMax: 3 });
      const third = await world.begun();
      const { peer: fourth } = await world.connect();
      await fourth.untilEnded();
      expect([peer.isEnded, third.isEnded, world.server.connectionCount]).to.deep.equal([
        false,
        false,
        3,
      ]);
      third.break();
      await eventually('room again', () => world.server.connectionCount === 2);
      const fifth = await world.begun();
      expect(fifth.isEnded).to.equal(false);
    });
  });

  it('that speak HTTP/1 get an answer that names HTTP/2', async () => {
    world = await ListeningServer.start();
    const { socket } = await world.connect();
    socket.removeAllListeners('data');
    socket.write('GET /metrics HTTP/1.1\r\nhost: curfew\r\n\r\n');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'end');
    const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
    expect(head).to.match(/^HTTP\/1\.1 505 /);
    expect(head).to.include(`content-length: ${body.length}`);
  });

  it('that are idle, 10 000 of them', async function () {
    this.timeout(60_000);
    this.slow(60_000);
    await start({ connectionsMax: 20_000 });
    const count = idleConnectionsMax();
    const before = world.server.connectionCount;
    const script = new URL('../../support/http2/idle-clients.ts', import.meta.url).pathname;
    const clients = await startProcess(process.execPath, [
      script,
      String(world.port),
      String(count),
    ]);
    try {
      await eventually(
        'all of them',
        () => world.server.connectionCount === before + count,
        40_000,
      );
      const heapBytes = process.memoryUsage().heapUsed;
      await world.expectOthersServed();
      world.pass(1_000);
      await world.expectOthersServed();
      expect(world.server.connectionCount).to.equal(before + count);
      // The cost of one connection with its socket: too little to matter with 10 000.
      expect(heapBytes / count).to.be.below(40_000);
    } finally {
      await clients.stop();
    }
    await eventually('their end', () => world.server.connectionCount === before, 20_000);
  });
});

/**
 * As many as this process may open. Each needs one file descriptor here, and one in the process of
 * the clients.
 */
function idleConnectionsMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? 1_024);
  return Math.min(10_000, files - 300);
}
