import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckConnection, framed } from '../../bench/load/check-connection.ts';
import type { Answer } from '../../bench/load/read-answer.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startFaultyRedis } from '../../support/redis/faulty-redis.ts';
import type { FaultyRedis } from '../../support/redis/faulty-redis.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { createCheckClient, encodeCheckRequest } from '../../support/requests/check-request.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const IN_FLIGHT_MAX = 32;
/** Of the default budget of a check: its answer has to be there by then. */
const ANSWER_MAX_MS = 140;
/** Timers may be a little early. */
const EARLY_MS = 5;
const BACK_MAX_MS = 10_000;
/** After a flood about 40 MB are in use. */
const HEAP_MAX_MB = 48;
/** Far more than may be in flight. */
const [CONNECTIONS, CALLS] = [5, 800];
/** As the scheduler keeps to a quota: runs a fifth of each period. */
const [RUNS_MS, STOPPED_MS, PERIODS] = [20, 80, 12];
/** As large as the headers of one request may be. */
const LARGE = encodeCheckRequest({
  headers: { cookie: `sid=one; large=${'x'.repeat(14 * 1024)}` },
});
const SMALL = encodeCheckRequest({ headers: { cookie: 'sid=one' } });

describe('more checks than Curfew can answer', function () {
  this.timeout(120_000);
  const closers: (() => unknown)[] = [];
  let way: FaultyRedis;
  let curfew: Curfew;
  let connections: readonly CheckConnection[];
  let start: () => Promise<void>;

  before(async function () {
    await redisServerOrSkip(this);
    this.timeout(120_000);
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    way = await startFaultyRedis(redis.port);
    closers.push(() => way.close());
    const [policies, keys] = await Promise.all([writePolicyFile(POLICY), writeKeyFile()]);
    closers.push(
      () => policies.remove(),
      () => keys.remove(),
    );
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    start = async () => {
      curfew = await startCurfew({
        policyPath: policies.path,
        grpcPort,
        opsPort,
        store: `redis://127.0.0.1:${way.port}`,
        // Every check has to ask the store.
        flags: [`--key-file=${keys.path}`, `--in-flight-max=${IN_FLIGHT_MAX}`, '--leases-max=0'],
        env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MAX_MB}` },
      });
      connections = await Promise.all(
        Array.from({ length: CONNECTIONS }, () => CheckConnection.open(grpcPort)),
      );
    };
    await start();
    closers.push(
      () => curfew.stop(),
      () => connections.forEach((connection) => connection.close()),
    );
  });
  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });
  afterEach(() => way.become({ kind: 'none' }));

  /** Sends these at once, in one write of each connection. */
  const askAll = (count: number, message = SMALL, over = 1): Promise<TimedAnswer[]> => {
    const framedMessage = framed(message);
    return Promise.all(
      connections.slice(0, over).flatMap((connection) =>
        Array.from({ length: count }, async () => {
          const askedAtMs = performance.now();
          const answer = await new Promise<Answer>((resolve) => {
            connection.ask(framedMessage, resolve);
          });
          return { answer, tookMs: performance.now() - askedAtMs };
        }),
      ),
    );
  };
  const refused = async (): Promise<number> => {
    const lines = (await curfew.metrics()).matchAll(
      /^curfew_checks_total\{[^}]*reason="overloaded"[^}]*\} (\d+)$/gm,
    );
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const kinds = (answers: readonly TimedAnswer[]): Set<Answer> =>
    new Set(answers.map(({ answer }) => answer));
  const isBack = () =>
    eventually(
      'as many verdicts as there may be checks',
      async () => (await askAll(IN_FLIGHT_MAX)).every(({ answer }) => answer === 'allow'),
      BACK_MAX_MS,
    );

  for (const delayMs of [5, 50, 140, 200]) {
    it(`answers all whose answer can come in time, when the store is ${delayMs} ms away`, async () => {
      await isBack();
      way.become({ kind: 'slow', delayMs });
      const answers: TimedAnswer[] = [];
      // oxlint-disable-next-line no-await-in-loop -- one load after the other
      for (let round = 0; round < 3; round += 1) answers.push(...(await askAll(IN_FLIGHT_MAX)));
      for (const { answer, tookMs } of answers) {
        expect(answer).to.be.oneOf(['allow', 'noVerdict']);
        // What failed had its time, and was not refused before.
        const isEarly = answer === 'noVerdict' && tookMs < ANSWER_MAX_MS - EARLY_MS;
        if (delayMs < ANSWER_MAX_MS)
          expect(isEarly, `no verdict after ${tookMs} ms`).to.equal(false);
      }
      if (delayMs > ANSWER_MAX_MS) expect([...kinds(answers)]).to.deep.equal(['noVerdict']);
      if (delayMs < ANSWER_MAX_MS / 2) expect([...kinds(answers)]).to.include('allow');
    });
  }

  it('refuses the rest at once, and all that may be in flight get through afterwards, every time', async () => {
    for (let round = 0; round < 3; round += 1) {
      // oxlint-disable no-await-in-loop -- one overload after the other
      await isBack();
      const before = await refused();
      way.become({ kind: 'held' });
      const answers = await askAll(IN_FLIGHT_MAX * 4);
      way.become({ kind: 'none' });
      expect([...kinds(answers)]).to.deep.equal(['noVerdict']);
      // Those that were admitted had no answer in time; the rest did not wait for that.
      expect(await refused()).to.equal(before + IN_FLIGHT_MAX * 3);
      // oxlint-enable no-await-in-loop
    }
    await isBack();
  });

  it('denies none, sheds and lives, with little memory and a fifth of a core', async () => {
    await isBack();
    const { pid } = curfew;
    const before = await refused();
    way.become({ kind: 'slow', delayMs: 100 });
    const load = { isOver: false };
    const flood = (async () => {
      const seen = new Set<Answer>();
      while (!load.isOver) {
        // oxlint-disable-next-line no-await-in-loop -- as much as the connection takes, repeatedly
        for (const kind of kinds(await askAll(CALLS, LARGE, CONNECTIONS))) seen.add(kind);
      }
      return seen;
    })();
    for (let period = 0; period < PERIODS; period += 1) {
      // oxlint-disable no-await-in-loop -- the quota is about time itself
      curfew.signal('SIGSTOP');
      await sleep(STOPPED_MS);
      curfew.signal('SIGCONT');
      await sleep(RUNS_MS);
      // oxlint-enable no-await-in-loop
    }
    load.isOver = true;
    expect([...(await flood)].filter((kind) => kind === 'deny' || kind === 'broken')).to.be.empty;
    expect(await refused()).to.be.greaterThan(before);
    way.become({ kind: 'none' });
    await isBack();
    expect(curfew.pid).to.equal(pid);
    expect(curfew.log()).to.not.contain('crashed');
  });

  it('is as good as new when the system has ended it for want of memory, and it was started again', async () => {
    const flood = askAll(CALLS, LARGE, CONNECTIONS);
    curfew.signal('SIGKILL'); // which is what the kernel does then
    expect(await curfew.ended()).to.equal('SIGKILL');
    expect([...kinds(await flood)]).to.not.include('deny');
    await start();
    await isBack();
  });

  it('ends at once where its memory is too little to start, so that it is noticed', async () => {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const policies = await writePolicyFile(POLICY);
    const small = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      env: { NODE_OPTIONS: '--max-old-space-size=4' },
      waitUntilReady: false,
    });
    expect(await small.ended()).to.not.equal(0);
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    expect((await client.check()).codeName).to.equal('UNAVAILABLE');
    client.close();
    await policies.remove();
  });
});

interface TimedAnswer {
  readonly answer: Answer;
  readonly tookMs: number;
}
