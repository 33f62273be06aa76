import * as fc from 'fast-check';
import { redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../support/store/store-world.ts';
import type { RedisWorld } from '../support/store/store-world.ts';
import { PairedStores } from './paired-stores.ts';
import { anyStepButSweeps, anySubjectStep } from './subject-steps.ts';
import { SubjectTwins } from './subject-twins.ts';
import { anyStep, Twins } from './twins.ts';

describe('random sequences', () => {
  let server: RedisServer | undefined;
  let redis: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    redis = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
  });
  after(async () => {
    await redis.close();
    await server?.stop();
  });

  const numRuns = Number(process.env['SEQUENCES'] ?? 60);
  // fast-check prints the seed of a failure and the shortest sequence that fails.
  const sequenceOf = <AnyStep>(step: fc.Arbitrary<AnyStep>) =>
    fc.array(step, { minLength: 5, maxLength: 50, size: 'max' });

  async function clear(): Promise<void> {
    await redis.admin.flushall();
    redis.journal.written.length = 0;
    await announceAbilities(redis.opened);
  }

  it('give the same answers and events from the scripts in Redis and from the pure rule', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(sequenceOf(anyStep), async (steps) => {
        await clear();
        const twins = new Twins(new PairedStores(redis));
        for (const next of steps) await twins.take(next);
        await twins.compareEvents();
        await twins.compareWritten();
      }),
      { numRuns },
    );
  });

  it('agree on whose each session is, too', async function () {
    this.timeout(240_000);
    const step = fc.oneof(
      { weight: 2, arbitrary: anyStepButSweeps.map((one) => ({ one, subjects: undefined })) },
      { weight: 3, arbitrary: anySubjectStep.map((subjects) => ({ one: undefined, subjects })) },
    );
    await fc.assert(
      fc.asyncProperty(sequenceOf(step), async (steps) => {
        await clear();
        const pair = new PairedStores(redis);
        const twins = new Twins(pair);
        const subjects = new SubjectTwins(pair, twins);
        for (const next of steps) {
          if (next.one !== undefined) await twins.take(next.one);
          else await subjects.take(next.subjects);
        }
        await subjects.compareAll();
        await twins.compareEvents();
      }),
      { numRuns },
    );
  });
});
