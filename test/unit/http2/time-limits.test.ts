// The time limits of connections and calls, on a clock that the test moves.

import { expect } from 'chai';
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from '../../../src/http2/http2-limits.ts';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { EchoMethods, HELD_PATH, NOW_PATH } from '../../support/http2/echo-methods.ts';
import {
  data,
  ERROR_CODE,
  FLAG,
  FRAME_TYPE,
  headers,
  ping,
  PREFACE,
  SETTING,
  settings,
  SETTINGS_ACK,
} from '../../support/http2/frames.ts';
import { Peer, requestLines, valueOf } from '../../support/http2/peer.ts';
import { encodeBlock } from '../../support/http2/hpack/plain-hpack.ts';

const {
  handshakeMaxMs,
  headerBlockMaxMs,
  requestMaxMs,
  stallMaxMs,
  keepaliveAfterMs,
  keepaliveMaxMs,
  lingerMs,
} = DEFAULT_HTTP2_LIMITS;

describe('http2: time limits', () => {
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
  }

  /** Moves the clock and lets the server check its time limits. */
  async function later(ms: number): Promise<void> {
    await peer.settled();
    nowMs += ms;
    server.look();
    await peer.settled();
  }

  const goawayCode = (): number | undefined => peer.conversation.goaways.at(-1)?.code;
  const pings = (): number =>
    peer.conversation.frames.filter(({ type, flags }) => type === FRAME_TYPE.ping && flags === 0)
      .length;

  beforeEach(() => {
    start();
  });
  afterEach('no rule was broken', () => {
    expect(peer.conversation.faults).to.deep.equal([]);
    peer.break();
    server.destroy();
  });

  for (const [what, begin, code] of [
    ['a preface', [], undefined],
    ['the end of a preface', [PREFACE.subarray(0, 20)], undefined],
    ['SETTINGS', [PREFACE], ERROR_CODE.protocolError],
  ] as const) {
    it(`end a connection that does not send ${what}`, async () => {
      for (const bytes of begin) peer.send(bytes);
      await later(handshakeMaxMs - 1);
      expect(peer.isEnded).to.equal(false);
      await later(1);
      expect(peer.isEnded).to.equal(true);
      expect(goawayCode()).to.equal(code);
      await later(lingerMs);
      expect(server.connectionCount).to.equal(0);
    });
  }

  it('end a connection that does not acknowledge our SETTINGS', async () => {
    peer.send(PREFACE, settings());
    await later(handshakeMaxMs - 1);
    expect(goawayCode()).to.equal(undefined);
    await later(1);
    expect(goawayCode()).to.equal(ERROR_CODE.settingsTimeout);
  });

  it('leave a connection alone if it began in time', async () => {
    peer.begin();
    await later(handshakeMaxMs);
    expect(goawayCode()).to.equal(undefined);
  });

  it('end a connection whose header block does not end', async () => {
    peer.begin();
    peer.send(headers(1, encodeBlock(requestLines(NOW_PATH)), 0));
    await later(headerBlockMaxMs - 1);
    expect(goawayCode()).to.equal(undefined);
    await later(1);
    expect(goawayCode()).to.equal(ERROR_CODE.enhanceYourCalm);
  });

  it('reset a request that does not end, and nothing else', async () => {
    peer.begin();
    peer.send(headers(1, encodeBlock(requestLines(NOW_PATH))), data(1, Buffer.alloc(3)));
    peer.call(3, HELD_PATH);
    await later(requestMaxMs - 1);
    peer.send(ping(1));
    expect(peer.reply(1)).to.equal(undefined);
    await later(1);
    expect(peer.reply(1)?.resetCode).to.equal(ERROR_CODE.cancel);
    expect(peer.reply(3)).to.equal(undefined);
    expect(goawayCode()).to.equal(undefined);
  });

  it('send a PING to a silent peer, and end the connection if it is not answered', async () => {
    peer.begin();
    await later(keepaliveAfterMs - 1);
    expect(pings()).to.equal(0);
    await later(1);
    expect(pings()).to.equal(1);
    await later(keepaliveMaxMs - 1);
    expect(goawayCode()).to.equal(undefined);
    await later(1);
    expect(goawayCode()).to.equal(ERROR_CODE.noError);
    await later(lingerMs);
    expect(server.connectionCount).to.equal(0);
  });

  it('accept any bytes as a sign of life', async () => {
    peer.begin();
    await later(keepaliveAfterMs);
    peer.send(ping(1));
    await later(keepaliveMaxMs);
    expect(goawayCode()).to.equal(undefined);
    expect(pings()).to.equal(1);
  });

  it('end a connection whose window stays closed', async () => {
    peer.send(PREFACE, settings([SETTING.initialWindowSize, 0]), SETTINGS_ACK);
    peer.call(1, NOW_PATH);
    await peer.settled();
    for (let atMs = 0; atMs < stallMaxMs; atMs += 10_000) {
      expect(goawayCode()).to.equal(undefined);
      peer.send(ping(atMs));
      await later(10_000); // oxlint-disable-line no-await-in-loop -- one after the other
    }
    expect(goawayCode()).to.equal(ERROR_CODE.enhanceYourCalm);
  });

  it('end a call at its deadline, before its request is complete and while its handler works', async () => {
    peer.begin();
    const block = encodeBlock(requestLines(HELD_PATH, [['grpc-timeout', '200m']]));
    peer.send(headers(1, block));
    peer.call(3, HELD_PATH, '', [['grpc-timeout', '200m']]);
    await later(199);
    expect([peer.reply(1), peer.reply(3)]).to.deep.equal([undefined, undefined]);
    await later(1);
    expect(valueOf(peer.reply(1), 'grpc-status')).to.equal('4');
    expect(valueOf(peer.reply(3), 'grpc-status')).to.equal('4');
    expect(echo.asked.map(({ abandoned }) => abandoned)).to.deep.equal(['deadline']);
  });

  it('send GOAWAY on a connection that has been idle for long, if that limit is set', async () => {
    start({ connectionIdleMaxMs: 60_000 });
    peer.begin();
    peer.call(1, HELD_PATH);
    await peer.settled();
    for (let minute = 0; minute < 3; minute += 1) {
      peer.send(ping(minute));
      await later(60_000); // oxlint-disable-line no-await-in-loop -- one after the other
    }
    expect(goawayCode()).to.equal(undefined);
    for (const asked of echo.held) echo.answer(asked);
    peer.send(ping(9));
    await later(59_999);
    expect(goawayCode()).to.equal(undefined);
    peer.send(ping(10));
    await later(1);
    expect(goawayCode()).to.equal(ERROR_CODE.noError);
  });

  it('close a connection that stays open after its end', async () => {
    peer.begin();
    peer.send(data(0, Buffer.alloc(0), FLAG.endStream));
    await peer.settled();
    expect(goawayCode()).to.equal(ERROR_CODE.protocolError);
    await later(lingerMs);
    expect(server.connectionCount).to.equal(0);
  });
});
