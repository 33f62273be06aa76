import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CHECK_HEADERS, framed } from '../../bench/load/check-connection.ts';
import { encodeHeaderBlocks } from '../../bench/load/header-blocks.ts';
import { provideSteadyLoad, runSteadyLoad } from '../../bench/load/steady-load.ts';
import type { LoadResult } from '../../bench/load/load-plan.ts';
import { ALLOW, DENY, OK, startAnsweringServer, UNAVAILABLE } from './answering-server.ts';
import type { AnsweringServer, Reply } from './answering-server.ts';

const BUILD_MAX_MS = 120_000;

let program = '';
let server: AnsweringServer | undefined;

describe('steady load', () => {
  before(async function () {
    this.timeout(BUILD_MAX_MS);
    const path = await provideSteadyLoad();
    if (path === undefined && process.env['CI'])
      throw new Error('no program for steady load, and CI must not skip it');
    if (path === undefined) this.skip();
    program = path;
  });
  afterEach(() => server?.stop());

  it('reads every answer for what it is, and counts it once', async () => {
    const load = await ask(['allow', 'deny', 'error', 'nothing'], (request, reply) => {
      const text = request.toString();
      if (text === 'error') reply(UNAVAILABLE, ALLOW);
      else if (text === 'nothing') reply(OK, Buffer.alloc(0));
      else reply(OK, text === 'allow' ? ALLOW : DENY);
    });
    expect(load.answers).to.deep.equal({ allow: 50, deny: 50, noVerdict: 50, broken: 50 });
    expect(load.measured).to.equal(200);
    expect(load.latency.count).to.equal(200);
    expect(load.latency.p50).to.be.greaterThan(load.lateness.p50);
  });

  it('sends each message whole and once, within the stream limit', async () => {
    const texts = Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(12_000)}`);
    const seen: string[] = [];
    const answer: Reply = (request, reply) => {
      seen.push(request.toString());
      reply(OK, ALLOW);
    };
    const load = await ask(texts, answer, { 'grpc.max_concurrent_streams': 7 });
    expect(load.answers.allow).to.equal(200);
    // The first of each of two connections teaches the server's header table.
    const [first = ''] = texts;
    expect(seen.toSorted()).to.deep.equal([first, first, ...texts].toSorted());
  });

  it('sends on while answers are late, and counts latency from the instant a call was due', async () => {
    const began = performance.now();
    const load = await ask(['x'], (_, reply) => {
      void sleep(300).then(() => reply(OK, ALLOW));
    });
    expect(performance.now() - began).to.be.lessThan(3_000); // one after the other would take a minute
    expect(load.answers.allow).to.equal(200);
    expect(load.latency.p50).to.be.greaterThan(299);
  });
});

/** 200 calls in a fifth of a second over two connections. */
async function ask(
  texts: readonly string[],
  answer: Reply,
  options: Record<string, number> = {},
): Promise<LoadResult> {
  server = await startAnsweringServer(answer, options);
  const { first, later } = encodeHeaderBlocks(
    CHECK_HEADERS.filter(([name]) => name !== 'grpc-timeout'),
  );
  const bodies = texts.map((text) => framed(Buffer.from(text)));
  return runSteadyLoad(program, {
    port: server.port,
    connections: 2,
    pace: { kind: 'open', perSecond: 1_000, warmUpMs: 0, measuredMs: 200 },
    first: { headers: first, body: bodies[0] ?? Buffer.alloc(0) },
    requests: bodies.map((body) => ({ headers: later, body })),
    reading: 'check',
    watched: { server: process.pid },
  });
}
