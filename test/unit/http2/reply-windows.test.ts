// Flow control (RFC 9113, sections 5.2 and 6.9): answers are sent as the peer's windows allow, and
// the peer must keep to ours. The test peer checks all the time that no DATA exceeds its windows.

import { expect } from 'chai';
import type { Http2Limits } from '../../../src/http2/http2-limits.ts';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { EchoMethods, HELD_PATH, NOW_PATH } from '../../support/http2/echo-methods.ts';
import {
  data,
  ERROR_CODE,
  FLAG,
  FRAME_TYPE,
  grpcMessage,
  headers,
  padded,
  rstStream,
  SETTING,
  settings,
  windowUpdate,
} from '../../support/http2/frames.ts';
import { messagesOf, Peer, requestLines, valueOf } from '../../support/http2/peer.ts';
import { encodeBlock } from '../../support/http2/hpack/plain-hpack.ts';

const PREFIX_BYTES = 5;
const QUESTION = 'x'.repeat(95);
/**
 * The length of the answer to {@link QUESTION} on its stream: the prefix, `0:`, and the question.
 */
const ANSWER_BYTES = PREFIX_BYTES + 2 + QUESTION.length;

describe('http2: windows', () => {
  let echo: EchoMethods;
  let server: UnaryServer;
  let peer: Peer;

  function start(limits: Partial<Http2Limits> = {}, ...pairs: [number, number][]): void {
    echo = new EchoMethods();
    server = new UnaryServer({ methods: echo.methods, limits });
    ({ peer } = Peer.inMemory((wire) => {
      server.serve(wire);
    }));
    peer.begin(...pairs);
  }
  afterEach('no rule was broken', async () => {
    await peer.settled();
    expect(peer.conversation.faults).to.deep.equal([]);
    peer.break();
    server.destroy();
  });

  const bodyBytes = (streamId: number): number => peer.reply(streamId)?.body.length ?? 0;
  const expectWhole = (streamId: number, message: string): void => {
    expect(messagesOf(peer.reply(streamId))).to.deep.equal([message]);
    expect(peer.reply(streamId)?.trailers).to.deep.equal([['grpc-status', '0']]);
  };

  describe('of the peer', () => {
    it('delay an answer until there is room, byte by byte if necessary', async () => {
      start({}, [SETTING.initialWindowSize, 1]);
      peer.call(1, NOW_PATH, QUESTION);
      await peer.settled();
      expect(bodyBytes(1)).to.equal(1);
      for (let sent = 1; sent < ANSWER_BYTES; sent += 1) {
        expect(peer.reply(1)?.trailers).to.equal(undefined);
        peer.send(windowUpdate(1, 1));
        // oxlint-disable-next-line no-await-in-loop -- one byte after the other
        await peer.settled();
        expect(bodyBytes(1)).to.equal(sent + 1);
      }
      expectWhole(1, `0:${QUESTION}`);
    });

    it('delay the answer, but neither its headers nor a status without a message', async () => {
      start({}, [SETTING.initialWindowSize, 0]);
      peer.call(1, NOW_PATH, QUESTION);
      peer.call(3, '/test.Echo/Other', QUESTION);
      await peer.settled();
      expect(valueOf(peer.reply(1), ':status')).to.equal('200');
      expect(bodyBytes(1)).to.equal(0);
      expect(valueOf(peer.reply(3), 'grpc-status')).to.equal('12');
    });

    it('also change for open streams when SETTINGS change them', async () => {
      start({}, [SETTING.initialWindowSize, 0]);
      peer.call(1, NOW_PATH, QUESTION);
      await peer.settled();
      peer.send(settings([SETTING.initialWindowSize, 10]));
      await peer.settled();
      expect(bodyBytes(1)).to.equal(10);
      peer.send(settings([SETTING.initialWindowSize, 1], [SETTING.initialWindowSize, 30]));
      await peer.settled();
      expect(bodyBytes(1)).to.equal(30);
      peer.send(settings([SETTING.initialWindowSize, 65_535]));
      await peer.settled();
      expectWhole(1, `0:${QUESTION}`);
    });

    it('may become negative, and delay answers until they are positive', async () => {
      start({}, [SETTING.initialWindowSize, 20]);
      peer.call(1, NOW_PATH, QUESTION);
      await peer.settled();
      peer.send(settings([SETTING.initialWindowSize, 0]), windowUpdate(1, 20));
      await peer.settled();
      expect(bodyBytes(1)).to.equal(20);
      peer.send(windowUpdate(1, 1));
      await peer.settled();
      expect(bodyBytes(1)).to.equal(21);
    });

    it('of the connection limit all streams together', async () => {
      start();
      const large = 'y'.repeat(40_000);
      peer.call(1, NOW_PATH, large);
      peer.call(3, NOW_PATH, large);
      await peer.settled();
      expect(bodyBytes(1) + bodyBytes(3)).to.equal(65_535);
      peer.send(windowUpdate(0, 100_000));
      await peer.settled();
      expectWhole(1, `0:${large}`);
      expectWhole(3, `1:${large}`);
    });

    it('of the connection do not grow by a reset', async () => {
      start();
      peer.call(1, NOW_PATH, 'y'.repeat(70_000));
      await peer.settled();
      peer.send(rstStream(1));
      peer.call(3, NOW_PATH, QUESTION);
      await peer.settled();
      expect([bodyBytes(1), bodyBytes(3)]).to.deep.equal([65_535, 0]);
      peer.send(windowUpdate(0, 1_000));
      await peer.settled();
      expectWhole(3, `1:${QUESTION}`);
    });

    it('of one stream do not delay the answers of others', async () => {
      start({}, [SETTING.initialWindowSize, 0]);
      peer.call(1, NOW_PATH, QUESTION);
      peer.call(3, NOW_PATH, QUESTION);
      peer.send(windowUpdate(3, 1_000));
      await peer.settled();
      expect(bodyBytes(1)).to.equal(0);
      expectWhole(3, `1:${QUESTION}`);
    });

    it('come with a frame size that answers must not exceed', async () => {
      start({}, [SETTING.initialWindowSize, 2 ** 20]);
      peer.send(windowUpdate(0, 2 ** 20));
      peer.call(1, NOW_PATH, 'y'.repeat(50_000));
      await peer.settled();
      peer.send(settings([SETTING.frameSizeMax, 40_000]));
      peer.call(3, NOW_PATH, 'y'.repeat(50_000));
      await peer.settled();
      const sizes = (id: number): number[] =>
        peer.conversation.frames
          .filter(({ type, streamId }) => type === FRAME_TYPE.data && streamId === id)
          .map(({ payload }) => payload.length);
      expect(Math.max(...sizes(1))).to.equal(16_384);
      expect(Math.max(...sizes(3))).to.equal(40_000);
    });

    it('may stay closed only up to a limit of waiting bytes and of time', async () => {
      start({ replyBytesMax: 10_000 }, [SETTING.initialWindowSize, 0]);
      const kept = Array.from({ length: 20 }, (_, index) => 1 + 2 * index);
      for (const streamId of kept) peer.call(streamId, NOW_PATH, 'y'.repeat(1_000));
      await peer.settled();
      expect(peer.conversation.goaways.at(-1)?.code).to.equal(ERROR_CODE.enhanceYourCalm);
      expect(peer.isEnded).to.equal(true);
    });
  });

  describe('of the server', () => {
    const BLOCK = encodeBlock(requestLines(HELD_PATH));

    it('of a stream must not be exceeded', async () => {
      start({ streamWindowBytes: 10_000 });
      peer.call(1, NOW_PATH, 'bystander');
      peer.send(headers(3, BLOCK), data(3, Buffer.alloc(10_001)));
      await peer.settled();
      expect(peer.reply(3)?.resetCode).to.equal(ERROR_CODE.flowControlError);
      expectWhole(1, '0:bystander');
    });

    it('of the connection must not be exceeded', async () => {
      start({ connectionWindowBytes: 10_000 });
      peer.send(headers(1, BLOCK), data(1, Buffer.alloc(10_001)));
      await peer.settled();
      expect(peer.conversation.goaways.at(-1)?.code).to.equal(ERROR_CODE.flowControlError);
      expect(peer.isEnded).to.equal(true);
    });

    it('open again for a message larger than they are, counting padding', async () => {
      start({ streamWindowBytes: 20_000, connectionWindowBytes: 65_535, messageBytesMax: 200_000 });
      const message = Buffer.alloc(150_000, 'z');
      const body = grpcMessage(message);
      peer.send(headers(1, encodeBlock(requestLines(NOW_PATH))));
      let [stream, connection] = [20_000, 65_535];
      let seen = 0;
      for (let at = 0; at < body.length; at += 5_000) {
        const part = body.subarray(at, at + 5_000);
        const isLast = at + 5_000 >= body.length;
        const payload = padded(part, 250);
        expect(Math.min(stream, connection)).to.be.at.least(payload.length);
        peer.send(data(1, payload, FLAG.padded | (isLast ? FLAG.endStream : 0)));
        stream -= payload.length;
        connection -= payload.length;
        // oxlint-disable-next-line no-await-in-loop -- a peer that waits for its windows
        await peer.settled();
        for (const frame of peer.conversation.frames.slice(seen)) {
          if (frame.type !== FRAME_TYPE.windowUpdate) continue;
          if (frame.streamId === 0) connection += frame.payload.readUInt32BE(0);
          else stream += frame.payload.readUInt32BE(0);
        }
        seen = peer.conversation.frames.length;
      }
      expect(echo.asked[0]?.message).to.have.lengthOf(150_000);
    });

    for (const [what, last] of [
      ['answered', data(1, Buffer.alloc(1_000), FLAG.endStream)],
      ['reset', rstStream(1)],
      ['refused', data(1, Buffer.alloc(5_000))],
    ] as const) {
      it(`are not used up by requests that are ${what}`, async () => {
        start({ requestBytesMax: 20_000, serverRequestBytesMax: 20_000 });
        const block = encodeBlock(requestLines(NOW_PATH));
        for (let streamId = 1; streamId < 100; streamId += 2) {
          const end = Buffer.from(last);
          end.writeUInt32BE(streamId, 5);
          peer.send(
            headers(streamId, block),
            data(streamId, grpcMessage(Buffer.alloc(4_000), 0, 5_000)),
            end,
          );
          // oxlint-disable-next-line no-await-in-loop -- one request at a time
          await peer.settled();
        }
        expect([peer.isEnded, peer.conversation.goaways]).to.deep.equal([false, []]);
      });
    }
  });
});
