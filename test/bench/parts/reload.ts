import { largestPolicyFile } from '../../support/files/largest-policy-file.ts';
import { openLoop, openLoopTable } from '../check/open-loop.ts';
import { figure } from '../figures.ts';
import type { LoadResult } from '../load/load-plan.ts';
import type { BenchOptions, Part } from '../part.ts';
import { inRounds } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { Served } from '../serve-curfew.ts';
import { COOKIE_NAME } from '../workload.ts';

const SIZES = {
  quick: { rounds: 1, firstWarmUpMs: 1_000, measuredMs: 10_000 },
  full: { rounds: 3, firstWarmUpMs: 10_000, measuredMs: 60_000 },
} as const;
const PER_SECOND = 1_000;
const WRITE_EVERY_MS = 2_000;
const TIMESTAMP = 'curfew_config_last_reload_success_timestamp_seconds';

/** Checks while a policy file at all limits is saved again and again. */
export const reload: Part = {
  name: 'reload',
  title: 'A policy file that keeps changing',
  isKept: false,
  run: async ({ size, program, say }: BenchOptions) => {
    const { rounds, firstWarmUpMs, measuredMs } = SIZES[size];
    const texts = ['first', 'again'].map((name) =>
      largestPolicyFile({ name, cookie: COOKIE_NAME }),
    );
    const served = await serveCurfew({ program, policy: texts[0] ?? '' });
    const times = { warmUpMs: 500, measuredMs };
    const without: LoadResult[] = [];
    const during: LoadResult[] = [];
    let loads = 0;
    try {
      await warmUp(served.port, firstWarmUpMs);
      await inRounds(rounds, async (round) => {
        say(`without a change, round ${round} of ${rounds}`);
        without.push(await openLoop(served, PER_SECOND, times));
        say(`with changes, round ${round} of ${rounds}`);
        const writing = writeRepeatedly(served, texts);
        during.push(await openLoop(served, PER_SECOND, times));
        loads += await writing.stop();
      });
    } finally {
      await served.stop();
    }
    return `${openLoopTable([
      [`${figure(PER_SECOND)}/s, an unchanged file`, without],
      [`${figure(PER_SECOND)}/s, saved every ${WRITE_EVERY_MS / 1_000} s`, during],
    ])}

The file is at all limits (${figure(texts[0]?.length ?? 0)} characters), and is saved in place. ${figure(loads)}
versions were used in all. Curfew has one core, also for the thread that judges the file.`;
  },
};

/** Saves the file again and again, and counts the versions that were used. */
function writeRepeatedly(
  { policyFile, metric }: Served,
  texts: readonly string[],
): { stop(): Promise<number> } {
  const used = new Set<number>();
  let writes = 0;
  let work: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    work = work.then(async () => {
      used.add(await metric(TIMESTAMP));
      writes += 1;
      await policyFile.save(texts[writes % texts.length] ?? '');
    });
  }, WRITE_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await work;
      return used.size - 1;
    },
  };
}
