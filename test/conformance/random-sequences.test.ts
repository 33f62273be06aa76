import * as fc from 'fast-check';
import type { ServerWorld } from '../support/store/store-world.ts';
import { describeOnServers } from './on-servers.ts';
import { PairedStores } from './paired-stores.ts';
import { anyStepButSweeps, anySubjectStep } from './subject-steps.ts';
import { SubjectTwins } from './subject-twins.ts';
import { anyStep, Twins } from './twins.ts';

describe('random sequences', () => {
  const count = Number(process.env['SEQUENCES'] ?? 60);
  // fast-check prints the seed of a failure and the shortest sequence that fails.
  const sequenceOf = <AnyStep>(step: fc.Arbitrary<AnyStep>) =>
    fc.array(step, { minLength: 5, maxLength: 50, size: 'max' });

  describeOnServers(({ open, sequences }) => {
    let redis: ServerWorld;

    before(async () => {
      redis = await open();
    });
    after(async () => redis.close());

    it('give the same answers and events from the scripts in Redis and from the pure rule', async function () {
      this.timeout(120_000);
      await fc.assert(
        fc.asyncProperty(sequenceOf(anyStep), async (steps) => {
          await redis.clear();
          const twins = new Twins(new PairedStores(redis));
          for (const next of steps) await twins.take(next);
          await twins.compareEvents();
          await twins.compareWritten();
        }),
        { numRuns: sequences(count) },
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
          await redis.clear();
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
        { numRuns: sequences(count) },
      );
    });
  });
});
