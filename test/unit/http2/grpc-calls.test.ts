// gRPC over HTTP/2: which requests are calls, and how the server answers the others.

import { expect } from 'chai';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import {
  EchoMethods,
  FAIL_PATH,
  HELD_PATH,
  LATER_PATH,
  NOW_PATH,
  WATCH_PATH,
} from '../../support/http2/echo-methods.ts';
import {
  data,
  ERROR_CODE,
  FLAG,
  grpcMessage,
  headers,
  rstStream,
} from '../../support/http2/frames.ts';
import { messagesOf, Peer, requestLines, valueOf } from '../../support/http2/peer.ts';
import { encodeBlock, indexed, type HeaderLines } from '../../support/http2/hpack/plain-hpack.ts';

const STATUS = {
  deadlineExceeded: '4',
  resourceExhausted: '8',
  unimplemented: '12',
  internal: '13',
};
const MESSAGE_BYTES_MAX = 100;

const MESSAGE = Buffer.from('question');
const BODY = grpcMessage(MESSAGE);

interface Scene {
  readonly echo: EchoMethods;
  readonly peer: Peer;
}

describe('http2: gRPC calls', () => {
  let server: UnaryServer;
  let scene: Scene;

  beforeEach(() => {
    const echo = new EchoMethods();
    server = new UnaryServer({
      methods: echo.methods,
      limits: { messageBytesMax: MESSAGE_BYTES_MAX },
    });
    const { peer } = Peer.inMemory((wire) => {
      server.serve(wire);
    });
    peer.begin();
    scene = { echo, peer };
  });
  afterEach('the connection is as it should be', async () => {
    const isAlive = scene.peer.ping();
    await scene.peer.settled();
    expect(scene.peer.conversation.faults).to.deep.equal([]);
    expect(isAlive()).to.equal(true);
    scene.peer.break();
    server.destroy();
  });

  /** Sends one call on stream 1, with one DATA frame for each part. The last one ends it. */
  async function call(lines: HeaderLines, ...parts: readonly Buffer[]): Promise<void> {
    const { peer } = scene;
    const isEmpty = parts.length === 0;
    peer.send(headers(1, encodeBlock(lines), FLAG.endHeaders | (isEmpty ? FLAG.endStream : 0)));
    for (const [index, part] of parts.entries()) {
      peer.send(data(1, part, index === parts.length - 1 ? FLAG.endStream : 0));
    }
    await peer.settled();
  }

  /** The server answered the call itself, with this status. No handler was called. */
  function expectRefused(status: Partial<Record<'http' | 'grpc', string>>): void {
    const reply = scene.peer.reply(1);
    expect(valueOf(reply, ':status')).to.equal(status.http ?? '200');
    expect(valueOf(reply, 'grpc-status')).to.equal(status.grpc);
    expect(reply).to.deep.include({ isEnded: true, body: Buffer.alloc(0), trailers: undefined });
    expect(scene.echo.asked).to.deep.equal([]);
  }

  function expectAnswered(message: string): void {
    const reply = scene.peer.reply(1);
    expect(reply?.headers).to.deep.equal([
      [':status', '200'],
      ['content-type', 'application/grpc'],
    ]);
    expect(messagesOf(reply)).to.deep.equal([`0:${message}`]);
    expect(reply).to.deep.include({ isEnded: true, resetCode: undefined });
    expect(reply?.trailers).to.deep.equal([['grpc-status', '0']]);
  }

  describe('are answered', () => {
    for (const [when, path] of [
      ['at once', NOW_PATH],
      ['one turn later', LATER_PATH],
    ] as const) {
      it(`with the message that the handler gives ${when}`, async () => {
        await call(requestLines(path), BODY);
        expectAnswered('question');
      });
    }
    it('with bytes of all values', async () => {
      const all = Buffer.from(Array.from({ length: 80 }, (_, index) => (index * 51) % 256));
      await call(requestLines(NOW_PATH), grpcMessage(all));
      expectAnswered(all.toString('latin1'));
    });
    it('for an empty message', async () => {
      await call(requestLines(NOW_PATH), grpcMessage(Buffer.alloc(0)));
      expectAnswered('');
    });
    it('for a message of exactly the maximum size', async () => {
      const largest = Buffer.alloc(MESSAGE_BYTES_MAX, 'x');
      await call(requestLines(NOW_PATH), grpcMessage(largest));
      expectAnswered(largest.toString());
    });
    it('for a message that arrives byte by byte, with an empty frame at the end', async () => {
      const bytes = Array.from(BODY, (byte) => Buffer.from([byte]));
      await call(requestLines(NOW_PATH), ...bytes, Buffer.alloc(0));
      expectAnswered('question');
    });
    for (const [what, more] of Object.entries<HeaderLines>({
      'content type with a subtype': [['content-type', 'application/grpc+proto']],
      'content type with a parameter': [['content-type', 'application/grpc; charset=utf-8']],
      'grpc-encoding that the message does not use': [['grpc-encoding', 'gzip']],
      'grpc-encoding identity': [['grpc-encoding', 'identity']],
      'many kinds of metadata': [
        ['x-bin-bin', '%%% no base64 %%%'],
        ['user-agent', 'grpc-c++/1.60'],
        ['grpc-accept-encoding', 'identity,deflate,gzip'],
      ],
      'https scheme': [[':scheme', 'https']],
    })) {
      it(`with a ${what}`, async () => {
        await call(requestLines(NOW_PATH, more), BODY);
        expectAnswered('question');
      });
    }
    it('with the status and the message of the handler', async () => {
      await call(requestLines(FAIL_PATH), BODY);
      const reply = scene.peer.reply(1);
      expect(valueOf(reply, 'grpc-status')).to.equal('14');
      expect(valueOf(reply, 'grpc-message')).to.equal('not now');
      expect(reply).to.deep.include({ isEnded: true, body: Buffer.alloc(0) });
    });
    it('message by message if the handler sends several', async () => {
      await call(requestLines(WATCH_PATH), BODY);
      const reply = scene.peer.reply(1);
      expect(messagesOf(reply)).to.deep.equal(['0:first', '0:second']);
      expect(reply?.isEnded).to.equal(false);
      scene.echo.asked[0]?.call.end(0, '');
      await scene.peer.settled();
      expect(reply).to.deep.include({ isEnded: true });
      expect(reply?.trailers).to.deep.equal([['grpc-status', '0']]);
    });
    it('only once, even if the handler answers again', async () => {
      await call(requestLines(NOW_PATH), BODY);
      const [asked] = scene.echo.asked;
      asked?.call.reply('again');
      asked?.call.send('more');
      asked?.call.end(13, 'no');
      await scene.peer.settled();
      expectAnswered('question');
      expect([asked?.call.isOver, asked?.abandonments]).to.deep.equal([true, 0]);
    });
    it('in the order in which their handlers answer', async () => {
      const { peer, echo } = scene;
      for (const streamId of [1, 3, 5]) peer.call(streamId, HELD_PATH, `of ${streamId}`);
      await peer.settled();
      for (const asked of echo.held.toReversed()) echo.answer(asked);
      await peer.settled();
      expect([5, 3, 1].map((streamId) => messagesOf(peer.reply(streamId)))).to.deep.equal([
        ['2:of 5'],
        ['1:of 3'],
        ['0:of 1'],
      ]);
      expect([...peer.conversation.replies.keys()]).to.deep.equal([5, 3, 1]);
    });
  });

  describe('percent-encode their status message:', () => {
    for (const [message, encoded] of [
      ['100 % sure', '100 %25 sure'],
      ['zeile\r\nzwei\t', 'zeile%0D%0Azwei%09'],
      ['grün €', 'gr%C3%BCn %E2%82%AC'],
      ['~tilde and "quotes"', '~tilde and "quotes"'],
      ['\u007f\u0000', '%7F%00'],
    ] as const) {
      it(JSON.stringify(message), async () => {
        await call(requestLines(HELD_PATH), BODY);
        scene.echo.asked[0]?.call.end(5, message);
        await scene.peer.settled();
        expect(valueOf(scene.peer.reply(1), 'grpc-message')).to.equal(encoded);
      });
    }
  });

  describe('are refused without asking a handler:', () => {
    const refused: Readonly<
      Record<string, readonly [HeaderLines, Partial<Record<'http' | 'grpc', string>>]>
    > = {
      'an unknown method': [[[':path', '/test.Echo/Other']], { grpc: STATUS.unimplemented }],
      'a path in different case': [[[':path', '/test.echo/now']], { grpc: STATUS.unimplemented }],
      'a path with a query': [[[':path', `${NOW_PATH}?x`]], { grpc: STATUS.unimplemented }],
      'a path with a trailing slash': [[[':path', `${NOW_PATH}/`]], { grpc: STATUS.unimplemented }],
      'a path named like a property of every object': [
        [[':path', '__proto__']],
        { grpc: STATUS.unimplemented },
      ],
      'another content type': [[['content-type', 'application/json']], { http: '415' }],
      'a content type that only begins the same': [
        [['content-type', 'application/grpc-web']],
        { http: '415' },
      ],
      'an empty content type': [[['content-type', '']], { http: '415' }],
      'a GET': [[[':method', 'GET']], { http: '405' }],
      'a method in lower case': [[[':method', 'post']], { http: '405' }],
    };
    for (const [what, [more, status]] of Object.entries(refused)) {
      it(what, async () => {
        await call(requestLines(NOW_PATH, more), BODY);
        expectRefused(status);
      });
    }
    it('no content type', async () => {
      const lines = requestLines(NOW_PATH).filter(([name]) => name !== 'content-type');
      await call(lines, BODY);
      expectRefused({ http: '415' });
    });
    it('no message', async () => {
      await call(requestLines(NOW_PATH));
      expectRefused({ grpc: STATUS.unimplemented });
    });

    const bodies: Readonly<Record<string, readonly [Buffer[], string, HeaderLines?]>> = {
      'an empty DATA frame instead of a message': [[Buffer.alloc(0)], STATUS.unimplemented],
      'a prefix that is too short': [[BODY.subarray(0, 4)], STATUS.unimplemented],
      'a message shorter than announced': [[grpcMessage(MESSAGE, 0, 9)], STATUS.unimplemented],
      'a message longer than announced': [[grpcMessage(MESSAGE, 0, 7)], STATUS.unimplemented],
      'two messages in one frame': [[Buffer.concat([BODY, BODY])], STATUS.unimplemented],
      'two messages in two frames': [[BODY, BODY], STATUS.unimplemented],
      'the start of a second message': [[BODY, Buffer.from([0])], STATUS.unimplemented],
      'a message above the limit': [
        [grpcMessage(Buffer.alloc(MESSAGE_BYTES_MAX + 1))],
        STATUS.resourceExhausted,
      ],
      'a message of 4 GB': [[grpcMessage(MESSAGE, 0, 0xffff_ffff)], STATUS.resourceExhausted],
      'a compressed message with an encoding': [
        [grpcMessage(MESSAGE, 1)],
        STATUS.unimplemented,
        [['grpc-encoding', 'gzip']],
      ],
      'a compressed message without an encoding': [[grpcMessage(MESSAGE, 1)], STATUS.internal],
      'a compressed flag of 2': [[grpcMessage(MESSAGE, 2)], STATUS.internal],
      'a compressed flag of 255': [[grpcMessage(MESSAGE, 255)], STATUS.internal],
    };
    for (const [what, [parts, status, more]] of Object.entries(bodies)) {
      it(what, async () => {
        await call(requestLines(NOW_PATH, more), ...parts);
        expectRefused({ grpc: status });
      });
    }
    it('a compressed message, with the supported encodings in the answer', async () => {
      await call(requestLines(NOW_PATH, [['grpc-encoding', 'gzip']]), grpcMessage(MESSAGE, 1));
      expect(valueOf(scene.peer.reply(1), 'grpc-accept-encoding')).to.equal('identity');
    });
    it('a message above the limit, before all of it has arrived', async () => {
      const { peer } = scene;
      peer.send(
        headers(1, encodeBlock(requestLines(NOW_PATH))),
        data(1, Buffer.from([0, 1, 0, 0, 0])),
      );
      await peer.settled();
      // The answer is complete before the request, so the server asks for no more (RFC 9113,
      // section 8.1).
      expect(valueOf(peer.reply(1), 'grpc-status')).to.equal(STATUS.resourceExhausted);
      expect(peer.reply(1)?.resetCode).to.equal(ERROR_CODE.noError);
      peer.send(data(1, Buffer.alloc(50)), data(1, Buffer.alloc(50), FLAG.endStream));
      await peer.settled();
      expect(scene.echo.asked).to.deep.equal([]);
    });
  });

  describe('have a deadline', () => {
    const timeouts: Readonly<Record<string, number>> = {
      '1H': 3_600_000,
      '2M': 120_000,
      '30S': 30_000,
      '250m': 250,
      '99999999m': 99_999_999,
      '500000u': 500,
      '99999999n': 99.999_999,
    };
    for (const [timeout, limitMs] of Object.entries(timeouts)) {
      it(`of grpc-timeout ${timeout}`, async () => {
        const before = performance.now();
        await call(requestLines(HELD_PATH, [['grpc-timeout', timeout]]), BODY);
        const deadlineAtMs = scene.echo.asked[0]?.call.deadlineAtMs ?? 0;
        expect(deadlineAtMs).to.be.within(before + limitMs, performance.now() + limitMs);
      });
    }
    for (const timeout of ['0m', '0H', '00000000n', '99999999H']) {
      it(`or none for grpc-timeout ${timeout}`, async () => {
        await call(requestLines(NOW_PATH, [['grpc-timeout', timeout]]), BODY);
        expectAnswered('question');
        expect(scene.echo.asked[0]?.call.deadlineAtMs).to.equal(Infinity);
      });
    }
    it('or none without grpc-timeout', async () => {
      await call(requestLines(HELD_PATH), BODY);
      expect(scene.echo.asked[0]?.call.deadlineAtMs).to.equal(Infinity);
    });
    for (const timeout of ['', '5', 'm', '123456789m', '-1m', '1.5S', '5x', '0x5m', '5 m', '5mm']) {
      it(`and are refused with grpc-timeout ${JSON.stringify(timeout)}`, async () => {
        await call(requestLines(NOW_PATH, [['grpc-timeout', timeout]]), BODY);
        expectRefused({ grpc: STATUS.internal });
      });
    }
    it('and end when it passes', async () => {
      await call(requestLines(HELD_PATH, [['grpc-timeout', '500m']]), BODY);
      await scene.peer.untilReplied(1);
      expect(valueOf(scene.peer.reply(1), 'grpc-status')).to.equal(STATUS.deadlineExceeded);
      expect(scene.echo.asked[0]).to.include({ abandoned: 'deadline', abandonments: 1 });
    });
    it('and get no message from a late handler, even before the timer has fired', async () => {
      await call(requestLines(HELD_PATH, [['grpc-timeout', '500m']]), BODY);
      const [asked] = scene.echo.asked;
      while (performance.now() < (asked?.call.deadlineAtMs ?? 0) + 1);
      expect(asked?.call.isOver).to.equal(true);
      asked?.call.reply('too late');
      await scene.peer.untilReplied(1);
      expect(messagesOf(scene.peer.reply(1))).to.deep.equal([]);
      expect(valueOf(scene.peer.reply(1), 'grpc-status')).to.equal(STATUS.deadlineExceeded);
    });
  });

  it('reach their handler only when they are complete', async () => {
    const { peer, echo } = scene;
    peer.send(headers(1, encodeBlock(requestLines(NOW_PATH))), data(1, BODY));
    await peer.settled();
    expect(echo.asked).to.deep.equal([]);
    peer.send(data(1, Buffer.alloc(0), FLAG.endStream));
    await peer.settled();
    expectAnswered('question');
  });

  it('are decoded with the current header table, even if the same bytes came before', async () => {
    const { peer } = scene;
    const numbers = Buffer.concat([67, 66, 65, 64, 63, 62].map(indexed));
    const blocks = [
      encodeBlock(requestLines(NOW_PATH), 'indexed'),
      numbers,
      numbers,
      encodeBlock(requestLines(FAIL_PATH), 'indexed'),
      numbers,
      numbers,
    ];
    for (const [index, block] of blocks.entries()) {
      const streamId = 2 * index + 1;
      peer.send(headers(streamId, block), data(streamId, BODY, FLAG.endStream));
    }
    await peer.settled();
    const statuses = blocks.map((_, index) => valueOf(peer.reply(2 * index + 1), 'grpc-status'));
    expect(statuses).to.deep.equal(['0', '0', '0', '14', '14', '14']);
  });

  it('change the header table each time that their block does', async () => {
    const { peer } = scene;
    const adds = encodeBlock(requestLines(NOW_PATH), 'indexed');
    // The entry that the first of them added is older than the one of the second.
    const first = Buffer.concat([73, 72, 71, 70, 69, 68].map(indexed));
    for (const [index, block] of [adds, adds, first].entries()) {
      const streamId = 2 * index + 1;
      peer.send(headers(streamId, block), data(streamId, BODY, FLAG.endStream));
    }
    await peer.settled();
    expect([1, 3, 5].map((id) => valueOf(peer.reply(id), 'grpc-status'))).to.deep.equal([
      '0',
      '0',
      '0',
    ]);
  });

  it('do not reach their handler if they were cancelled in the same packet', async () => {
    const { peer, echo } = scene;
    const block = encodeBlock(requestLines(NOW_PATH));
    peer.send(
      Buffer.concat([headers(1, block), data(1, BODY, FLAG.endStream), rstStream(1)]),
      Buffer.concat([headers(3, block), data(3, BODY, FLAG.endStream)]),
    );
    await peer.settled();
    expect(echo.asked).to.have.lengthOf(1);
    expect([peer.reply(1), messagesOf(peer.reply(3))]).to.deep.equal([undefined, ['0:question']]);
  });
});
