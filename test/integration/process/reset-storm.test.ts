import { expect } from 'chai';
import { cpuMsOf } from '../../bench/process-usage.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startFaultyRedis } from '../../support/redis/faulty-redis.ts';
import type { Fault, FaultyRedis } from '../../support/redis/faulty-redis.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const COOKIE = { headers: { cookie: 'sid=0123456789abcdef' } };
/** So many connections take a second or two at the right pace, and a quarter of a second at a wrong one. */
const CONNECTIONS = 6;
/** The shortest pauses before the attempts of an outage; all later ones are as the last. */
const PAUSES_MS = [25, 50, 100, 200, 400, 500];
/** Timers may be a little early. */
const EARLY_MS = 5;

describe('connections to Redis that are reset again and again', function () {
  this.timeout(30_000);
  const closers: (() => unknown)[] = [];
  let way: FaultyRedis;
  let curfew: Curfew;
  let client: CheckClient;

  before(async function () {
    await redisServerOrSkip(this);
    this.timeout(30_000);
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
    curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: `redis://127.0.0.1:${way.port}`,
      flags: [`--key-file=${keys.path}`, '--leases-max=0'],
    });
    closers.push(() => curfew.stop());
    client = createCheckClient(`127.0.0.1:${grpcPort}`);
    closers.push(() => client.close());
  });
  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });

  const storms: readonly (readonly [string, Fault])[] = [
    ['at once', { kind: 'reset' }],
    ['soon after the greeting', { kind: 'brief', lifeMs: 5 }],
  ];
  for (const [when, storm] of storms) {
    it(`${when}: attempts become rare, most of a core stays free, and no check is denied`, async () => {
      await eventually('an allow', async () => (await client.check(COOKIE)).codeName === 'OK');
      const [startedAtMs, cpuMs] = [performance.now(), cpuMsOf(curfew.pid)];
      const before = way.connections;
      way.become(storm);
      const verdicts = new Set<string>();
      const attempts = await eventually(
        'attempts to connect',
        async () => {
          const { codeName, response } = await client.check(COOKIE);
          verdicts.add(response?.denied_response === undefined ? codeName : 'denied');
          const count = way.connections - before;
          return count >= CONNECTIONS && count;
        },
        20_000,
      );
      const tookMs = performance.now() - startedAtMs;
      expect(attempts).to.be.at.most(attemptsWithin(tookMs));
      expect(cpuMsOf(curfew.pid) - cpuMs).to.be.below(tookMs / 2);
      expect([...verdicts]).to.include('UNAVAILABLE');
      expect([...verdicts]).to.not.include('denied');
      way.become({ kind: 'none' });
      await eventually('an allow', async () => (await client.check(COOKIE)).codeName === 'OK');
    });
  }
});

/** How many attempts there may be in this time, with the shortest pauses. */
function attemptsWithin(ms: number): number {
  let count = 0;
  for (let leftMs = ms; ; count += 1) {
    leftMs -= (PAUSES_MS[Math.min(count, PAUSES_MS.length - 1)] ?? 0) - EARLY_MS;
    if (leftMs < 0) return count;
  }
}
