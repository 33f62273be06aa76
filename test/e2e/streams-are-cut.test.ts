import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { GRPC_STATUS, grpcChat } from '../support/clients/grpc-echo-client.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { openEventStream, openWebSocket } from '../support/clients/open-stream.ts';
import type { EventStreamRequest, StreamEnd } from '../support/clients/open-stream.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

const IDLE_MS = 1_500;
const ABSOLUTE_MS = 3_000;
const AGE_AT_OPENING_MS = 700;
const LATE_MAX_MS = 1_000;

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: to-the-end, match: [{ host: long.test }], idle: 3s, absolute: 3s, stream_max: 1h }
  - { name: reconnecting, match: [{ host: short.test }], idle: 1500ms, absolute: 1h }
  - { name: uncut, match: [{ host: uncut.test }], idle: 1500ms, absolute: 3s, stream_cut: off }
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('a stream through Envoy', ({ kind: transport }) => {
  let edge: Edge;

  before(async function () {
    await envoyOrSkip(this);
    edge = await startEdge({ policy: POLICY, transport });
  });

  after(() => edge?.stop());

  const webSocket = (host: string, cookie: string): Promise<StreamEnd> =>
    openWebSocket({ port: edge.port, host, cookie });

  const eventStream = (
    host: string,
    cookie: string,
    asked?: EventStreamRequest,
  ): Promise<StreamEnd> => openEventStream({ port: edge.port, host, cookie }, asked);

  async function bidirectional(host: string, cookie: string): Promise<StreamEnd> {
    const chat = grpcChat(edge.port, { cookie }, 100, host);
    const { status, atMs } = await chat.ended;
    return { messages: chat.echoes, atMs, code: status.code };
  }

  async function work(host: string, cookie: string): Promise<void> {
    const headers = [['cookie', cookie]] as const;
    const answer = await httpCall(edge.port, '/api/profile', { host, headers });
    expect(answer).to.include({ status: 200 });
  }

  async function login(host: string): Promise<{ cookie: string; atMs: number }> {
    const cookie = `sid=${newCredential()}`;
    const atMs = performance.now();
    await work(host, cookie);
    return { cookie, atMs };
  }

  const kinds = { webSocket, eventStream, bidirectional };
  const codes = { webSocket: 1006, eventStream: 200, bidirectional: GRPC_STATUS.INTERNAL };

  it('is cut at the absolute deadline of its session', async function () {
    this.timeout(60_000);
    const { cookie, atMs } = await login('long.test');
    await sleep(AGE_AT_OPENING_MS); // so that the two deadlines differ
    await work('long.test', cookie);
    const cuts = Promise.all(Object.values(kinds).map((open) => open('long.test', cookie)));
    for (const [index, cut] of (await cuts).entries()) {
      const kind = Object.keys(kinds)[index] as keyof typeof codes;
      expect(cut.atMs - atMs, kind).to.be.within(ABSOLUTE_MS - 5, ABSOLUTE_MS + LATE_MAX_MS);
      expect(cut.messages, kind).to.be.greaterThan(2);
      expect(cut.code, kind).to.equal(codes[kind]);
    }
    const entry = await accessLogEntry(edge.envoy, '/curfew.sample.Echo/Chat');
    expect(entry.flags).to.equal('UMSDR');
    expect(entry.curfew).to.include({ verdict: 'allow', policy: 'to-the-end' });
  });

  it('is cut after the idle timeout by default, and opens again', async function () {
    this.timeout(60_000);
    const { cookie, atMs } = await login('short.test');
    const cuts = Object.values(kinds).map((open) => open('short.test', cookie));
    for (const cut of await Promise.all(cuts)) {
      // Those that were opened passively end at the idle deadline, which the login has set.
      expect(cut.atMs - atMs).to.be.within(IDLE_MS - 5, IDLE_MS + LATE_MAX_MS);
    }
    // There was no request meanwhile, so the session has also ended, and stays ended at the reconnect.
    const again = await eventStream('short.test', cookie);
    expect(again.code).to.equal(401);
  });

  it('is cut at the idle deadline of its session if it was opened passively', async function () {
    this.timeout(60_000);
    const { cookie, atMs } = await login('short.test');
    await sleep(AGE_AT_OPENING_MS);
    const cut = await eventStream('short.test', cookie);
    expect(cut.atMs - atMs).to.be.within(IDLE_MS - 5, IDLE_MS + LATE_MAX_MS / 2);
  });

  it('is not a POST that accepts event streams: a long call goes on', async function () {
    this.timeout(60_000);
    const { cookie } = await login('short.test');
    const openedAtMs = performance.now();
    const leaveAfterMs = IDLE_MS + LATE_MAX_MS + 500;
    const headers = { accept: 'application/json, text/event-stream' };
    const asked = { method: 'POST', headers, leaveAfterMs };
    const left = await eventStream('short.test', cookie, asked);
    expect(left.atMs - openedAtMs).to.be.greaterThan(leaveAfterMs - 5);
  });

  it('is a stream of Connect', async function () {
    this.timeout(60_000);
    const { cookie } = await login('short.test');
    const openedAtMs = performance.now();
    const headers = { 'content-type': 'application/connect+json' };
    const cut = await eventStream('short.test', cookie, { method: 'POST', headers });
    expect(cut.messages).to.be.greaterThan(0);
    expect(cut.atMs - openedAtMs).to.be.within(IDLE_MS - 5, IDLE_MS + LATE_MAX_MS);
  });

  it('is not cut with stream_cut: off', async function () {
    this.timeout(60_000);
    const { cookie } = await login('uncut.test');
    const openedAtMs = performance.now();
    const left = await eventStream('uncut.test', cookie, { leaveAfterMs: ABSOLUTE_MS + 500 });
    expect(left.atMs - openedAtMs).to.be.greaterThan(ABSOLUTE_MS + 400);
  });

  it('leaves the connection usable for later requests', async () => {
    const { cookie } = await login('default.test');
    const headers = [['cookie', cookie]] as const;
    const answers = Array.from({ length: 5 }, () =>
      httpCall(edge.port, '/api/profile', { host: 'default.test', headers }),
    );
    for (const answer of await Promise.all(answers)) expect(answer.status).to.equal(200);
  });
});
