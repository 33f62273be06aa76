// How connections end without losing a call: at a shutdown, and at their maximum age.

import { expect } from 'chai';
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from '../../../src/http2/http2-limits.ts';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { EchoMethods, HELD_PATH, NOW_PATH } from '../../support/http2/echo-methods.ts';
import { FLAG, FRAME_TYPE, frame, goaway, WINDOW_MAX } from '../../support/http2/frames.ts';
import { Peer, valueOf } from '../../support/http2/peer.ts';

const { goawayPingMaxMs, goawayGraceMs, lingerMs } = DEFAULT_HTTP2_LIMITS;

describe('http2: farewell', () => {
  let echo: EchoMethods;
  let server: UnaryServer;
  let peer: Peer;
  let nowMs: number;

  function start(limits: Partial<Http2Limits> = {}): void {
    nowMs = 1_000;
    echo = new EchoMethods();
    server = new UnaryServer({ methods: echo.methods, limits, nowMs: () => nowMs });
    ({ peer } = Peer.inMemory((wire) => {
      server.serve(wire);
    }));
    peer.begin();
  }

  async function later(ms: number): Promise<void> {
    nowMs += ms;
    server.look();
    await peer.settled();
  }

  /** The peer answers the PING that came with the first GOAWAY. */
  function answerPing(): void {
    const asked = peer.conversation.frames.find(
      ({ type, flags }) => type === FRAME_TYPE.ping && flags === 0,
    );
    expect(asked).to.not.equal(undefined);
    peer.send(frame(FRAME_TYPE.ping, FLAG.ack, 0, { payload: asked?.payload ?? Buffer.alloc(8) }));
  }

  const named = (): number[] => peer.conversation.goaways.map(({ lastStreamId }) => lastStreamId);
  const statusOf = (streamId: number): string | undefined =>
    valueOf(peer.reply(streamId), 'grpc-status');

  beforeEach(() => {
    start();
  });
  afterEach('no rule was broken', () => {
    expect(peer.conversation.faults).to.deep.equal([]);
    peer.break();
    server.destroy();
  });

  it('refuses no call before the peer has read the GOAWAY', async () => {
    peer.call(1, NOW_PATH);
    await peer.settled();
    const drained = server.drain();
    await peer.settled();
    expect(named()).to.deep.equal([WINDOW_MAX]);
    // Sent before the peer could know.
    peer.call(3, NOW_PATH);
    peer.call(5, NOW_PATH);
    answerPing();
    await peer.settled();
    expect([1, 3, 5].map(statusOf)).to.deep.equal(['0', '0', '0']);
    expect(named()).to.deep.equal([WINDOW_MAX, 5]);
    expect(peer.isEnded).to.equal(true);
    peer.break();
    await drained;
  });

  it('waits for the open calls', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    const drained = server.drain();
    await peer.settled();
    answerPing();
    await peer.settled();
    expect(named()).to.deep.equal([WINDOW_MAX, 1]);
    expect(peer.isEnded).to.equal(false);
    for (const asked of echo.held) echo.answer(asked);
    await peer.settled();
    expect(statusOf(1)).to.equal('0');
    expect(peer.isEnded).to.equal(true);
    peer.break();
    await drained;
  });

  it('ignores a stream that comes after the second GOAWAY, without a fault', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    void server.drain();
    await peer.settled();
    answerPing();
    await peer.settled();
    peer.call(3, NOW_PATH);
    await peer.settled();
    expect(peer.reply(3)).to.equal(undefined);
    expect(echo.asked).to.have.lengthOf(1);
    expect(named()).to.deep.equal([WINDOW_MAX, 1]);
  });

  it('continues after a while without an answer to its PING', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    void server.drain();
    await later(goawayPingMaxMs - 1);
    expect(named()).to.deep.equal([WINDOW_MAX]);
    await later(1);
    expect(named()).to.deep.equal([WINDOW_MAX, 1]);
  });

  it('does not take another PING for the answer', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    void server.drain();
    await peer.settled();
    peer.send(frame(FRAME_TYPE.ping, FLAG.ack, 0, { payload: Buffer.from('whatever') }));
    await peer.settled();
    expect(named()).to.deep.equal([WINDOW_MAX]);
  });

  it('waits for calls only for a limited time', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    void server.drain();
    await later(goawayGraceMs - 1);
    expect(peer.isEnded).to.equal(false);
    await later(1);
    expect(peer.isEnded).to.equal(true);
    await later(lingerMs);
    expect(server.connectionCount).to.equal(0);
  });

  it('waits a moment for a connection that has not begun, and refuses new ones', async () => {
    start();
    let refused = 0;
    server = new UnaryServer({
      methods: echo.methods,
      observer: { connectionRefused: () => (refused += 1) },
      nowMs: () => nowMs,
    });
    const { peer: silent } = Peer.inMemory((wire) => {
      server.serve(wire);
    });
    void server.drain();
    await later(goawayPingMaxMs - 1);
    await silent.settled();
    expect(silent.isEnded).to.equal(false);
    await later(1);
    await silent.settled();
    expect(silent.isEnded).to.equal(true);
    const { peer: late } = Peer.inMemory((wire) => {
      server.serve(wire);
    });
    await late.settled();
    expect(late.isEnded).to.equal(true);
    expect(refused).to.equal(1);
  });

  it('answers the calls of a connection that begins during that moment', async () => {
    const { peer: late } = Peer.inMemory((wire) => {
      server.serve(wire);
    });
    void server.drain();
    late.begin();
    late.call(1, NOW_PATH);
    await late.settled();
    expect(valueOf(late.reply(1), 'grpc-status')).to.equal('0');
    expect(late.conversation.goaways.map(({ code }) => code)).to.deep.equal([0]);
    late.break();
  });

  it('begins at the maximum age of a connection, give or take a tenth', async () => {
    start({ connectionAgeMaxMs: 10_000 });
    peer.call(1, HELD_PATH);
    await later(8_999);
    expect(named()).to.deep.equal([]);
    await later(2_001);
    expect(named()).to.deep.equal([WINDOW_MAX]);
    answerPing();
    for (const asked of echo.held) echo.answer(asked);
    await peer.settled();
    expect(statusOf(1)).to.equal('0');
    expect(peer.isEnded).to.equal(true);
  });

  it('answers the GOAWAY of a peer once its calls are answered', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    peer.send(goaway(0, 0));
    await peer.settled();
    expect(peer.isEnded).to.equal(false);
    for (const asked of echo.held) echo.answer(asked);
    await peer.settled();
    expect(statusOf(1)).to.equal('0');
    expect(peer.isEnded).to.equal(true);
  });

  it('still answers the calls of a peer that has closed its side', async () => {
    peer.call(1, HELD_PATH);
    await peer.settled();
    peer.end();
    await peer.settled();
    expect(peer.isEnded).to.equal(false);
    for (const asked of echo.held) echo.answer(asked);
    await peer.settled();
    expect(statusOf(1)).to.equal('0');
    expect(peer.isEnded).to.equal(true);
  });
});
