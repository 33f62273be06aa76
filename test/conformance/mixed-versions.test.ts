import * as fc from 'fast-check';
import type { SessionDirectory } from '../../src/session/session-directory.ts';
import type { SessionStore } from '../../src/session/session-store.ts';
import { redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { EarlierScripts } from '../support/store/earlier-scripts.ts';
import { keyOf } from '../support/store/store-requests.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../support/store/store-world.ts';
import type { RedisWorld } from '../support/store/store-world.ts';
import { PairedStores } from './paired-stores.ts';
import type { Sides } from './paired-stores.ts';
import { plainDirectory, plainReader, plainSweeper, plainWriter } from './plain-views.ts';
import { anyStepButSweeps, anySubjectStep } from './subject-steps.ts';
import { SubjectTwins } from './subject-twins.ts';
import { anyStep, SESSIONS, Twins } from './twins.ts';

const KEYS = SESSIONS.map(keyOf);

// Not on a Cluster: the earlier version can only use one server.
describe('an earlier version and this one on one Redis', () => {
  let server: RedisServer | undefined;
  let redis: RedisWorld;
  let earlier: EarlierScripts;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    redis = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
    earlier = new EarlierScripts(redis.admin, KEYS);
  });
  after(async () => {
    await redis.close();
    await server?.stop();
  });

  // Steps that only this version knows it takes itself. An earlier one ignores limits of a session.
  const subjectStep = anySubjectStep.map((step) =>
    step.do === 'open as'
      ? { ...step, ownIdleMinutes: undefined, ownAbsoluteMinutes: undefined }
      : step,
  );
  const sessionStep = fc.record({ step: anyStep, isEarlier: fc.boolean() });
  const mixedStep = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ step: anyStepButSweeps, isEarlier: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ subjectStep }) },
  );

  interface OwnModel {
    store(store: SessionStore): SessionStore;
    directory(directory: SessionDirectory): SessionDirectory;
  }

  /** Every step is taken by one of the versions, and has to find what the pure rule finds. */
  async function agrees(
    steps: readonly (typeof mixedStep extends fc.Arbitrary<infer Value> ? Value : never)[],
    ownModel: OwnModel,
  ): Promise<void> {
    const pair = new PairedStores(redis);
    const twins = new Twins(pair);
    const { memory } = pair;
    const own: Sides<'store' | 'sweeper' | 'directory'> = {
      redis,
      memory: {
        sweeper: memory.sweeper,
        store: ownModel.store(memory.store),
        directory: ownModel.directory(memory.directory),
      },
    };
    const subjects = new SubjectTwins(pair, twins, own);
    const other: Sides = {
      redis: { store: earlier, sweeper: earlier },
      memory: {
        sweeper: plainSweeper(memory.sweeper),
        store: plainReader(plainWriter(memory.store)),
      },
    };
    // oxlint-disable no-await-in-loop -- in order
    for (const next of steps) {
      if ('subjectStep' in next) await subjects.take(next.subjectStep);
      else {
        const isOther = next.isEarlier && next.step.do !== 'visit';
        await twins.take(next.step, isOther ? other : own);
      }
    }
    // oxlint-enable no-await-in-loop
    await twins.compareEvents();
    await subjects.compareSubjects();
  }

  const numRuns = Number(process.env['SEQUENCES'] ?? 60);
  const sizes = { minLength: 5, maxLength: 50, size: 'max' } as const;
  const sequence = fc.oneof(fc.array(sessionStep, sizes), fc.array(mixedStep, sizes));

  it('agree in every sequence of an upgrade: no mark and no new word is written', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(sequence, async (steps) => {
        await redis.admin.flushall();
        await earlier.announce('earlier', ['key']);
        await announceAbilities(redis.opened);
        await agrees(steps, { store: plainWriter, directory: plainDirectory });
      }),
      { numRuns },
    );
  });

  it('agree in every sequence of a rollback: an earlier version starts where marks and new words are', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(sequence, async (steps) => {
        await redis.admin.flushall();
        await announceAbilities(redis.opened);
        await agrees(steps, { store: (store) => store, directory: (directory) => directory });
      }),
      { numRuns },
    );
  });
});
