import { expect } from 'chai';
import { redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { curfewWith } from './curfew-with.ts';
import type { Mutation } from './curfew-with.ts';
import { Dice } from './drive/dice.ts';
import type { FaultyStore } from './drive/faulty-store.ts';
import { SHORT } from './drive/policy-versions.ts';
import { run } from './drive/run.ts';
import { flipped, oneOfEachSession } from './flip-verdicts.ts';
import { judgeRecording } from './oracle/judge-recording.ts';
import { isDecided } from './oracle/judged-entry.ts';
import type { Recording } from './oracle/recording.ts';
import { mistakeText } from './report.ts';
import { startSingleRedis } from './stores/single-redis.ts';

const SEED = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

/** Faults that are over soon, and that a busy machine does not draw out. */
const QUICK: readonly string[] = [
  'the store is killed and restarts from its file',
  'its scripts are flushed',
  'one replica is cut off from the store',
  'the policy file changes',
  'a new server key',
];

/** The time that both the store and the askers read: in steps, so that limits are met exactly. */
const STEP_MS = 100;
const IN_STEPS: Mutation = {
  script: 'clock.lua',
  text: 'return time[1] * 1000 + math.floor(time[2] / 1000)',
  instead: `local ms = time[1] * 1000 + math.floor(time[2] / 1000)
  return ms - ms % ${STEP_MS}`,
};

describe(`two replicas over one Redis with faults (FAULTS_SEED=${SEED})`, function () {
  this.timeout(300_000);
  let store: FaultyStore;
  let recording: Recording;

  before(async function () {
    await redisServerOrSkip(this);
  });
  beforeEach(async () => {
    store = await startSingleRedis(2);
  });
  afterEach(() => store.close());

  it('give no verdict that the rule does not allow', async () => {
    recording = await run({
      store,
      seed: SEED,
      seconds: 8,
      users: 60,
      scale: SHORT,
      pauseMs: [300, 1_000],
      choose: ({ name }) => QUICK.includes(name),
    });
    const { wrong, decided } = judgeRecording(recording);
    expect(wrong.map(mistakeText)).to.deep.equal([]);
    expect(decided).to.be.above(100);
    expect(new Set(recording.faults.map(({ name }) => name))).to.have.lengthOf(QUICK.length);
  });

  it('would be found out by each verdict that was flipped where only one was possible', () => {
    const { judged } = judgeRecording(recording);
    const decided = judged.filter(
      (each) =>
        each.entry.question.kind === 'check' &&
        each.entry.answer.kind !== 'none' &&
        isDecided(each),
    );
    const chosen = oneOfEachSession(
      decided.map(({ entry }) => entry),
      new Dice(SEED),
      80,
    );
    const { mistakes } = judgeRecording(flipped(recording, chosen));
    expect(chosen.size).to.be.above(30);
    expect(mistakes.wrong_allow + mistakes.wrong_deny).to.equal(chosen.size);
  });

  describe('whose scripts have a mistake', () => {
    const judgedWith = async (mutations: readonly Mutation[], seconds: number) => {
      const curfew = await curfewWith(mutations);
      try {
        const { program } = curfew;
        const isInSteps = mutations.includes(IN_STEPS);
        const without = { store, seed: SEED, users: 60, scale: SHORT, pauseMs: [1, 1] as const };
        return judgeRecording(
          await run({
            ...without,
            seconds,
            program,
            choose: () => false,
            ...(isInSteps && { clock: { stepMs: STEP_MS, roundingMs: 1 } }),
          }),
        ).mistakes;
      } finally {
        await curfew.remove();
      }
    };

    it('are found out if the scripts ignore the longest pause', async () => {
      const text = 'if record.g >= idle then idle_at = record.a else';
      const instead = 'if false then idle_at = record.a else';
      const mistakes = await judgedWith([{ script: 'rule.lua', text, instead }], 5);
      expect(mistakes.wrong_allow).to.be.above(0);
    });

    it('are found out if they skip touches', async () => {
      const text = 'if pause < tonumber(touch_interval) then';
      const instead = 'if pause < 400 then';
      const mistakes = await judgedWith([{ script: 'touching.lua', text, instead }], 5);
      expect(mistakes.wrong_deny).to.be.above(0);
    });

    it('are found out if a limit that is just reached does not count', async () => {
      const text = 'if reaches(record, idle, absolute) <= now then';
      const instead = 'if reaches(record, idle, absolute) < now then';
      const mutations = [IN_STEPS, { script: 'touching.lua', text, instead }];
      const mistakes = await judgedWith(mutations, 5);
      expect(mistakes.wrong_allow).to.be.above(0);
    });

    it('are not found out with the same clock and no mistake', async () => {
      const mistakes = await judgedWith([IN_STEPS], 5);
      expect(Object.values(mistakes).reduce((sum, count) => sum + count)).to.equal(0);
    });
  });
});
