import { eventually } from '../../support/time/eventually.ts';
import { PARTITION_COUNT, partitionKeys } from '../../../src/store/redis/store-keys.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { openLoop, openLoopTable } from '../check/open-loop.ts';
import { figure, figures } from '../figures.ts';
import { forSessions, ALONE, openBenchStore, opening } from '../fill-store.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import { moveToCore } from '../on-core.ts';
import type { BenchOptions, Part } from '../part.ts';
import { cpuMsOf } from '../process-usage.ts';
import { inRounds } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { RedisCounts } from '../redis-counts.ts';
import { runJson } from '../run-json.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { Served } from '../serve-curfew.ts';
import { idlePolling } from '../sweep/idle-polling.ts';
import { benchPolicy } from '../workload.ts';

const SIZES = {
  quick: { rounds: 1, sessions: 20_000, rate: 500, firstWarmUpMs: 1_000, measuredMs: 2_000 },
  full: { rounds: 5, sessions: 200_000, rate: 2_000, firstWarmUpMs: 10_000, measuredMs: 10_000 },
} as const;
const DAY_MS = 86_400_000;
const TURN_MAX_MS = 15_000;

interface Swept {
  readonly ended: number;
  readonly ms: number;
  readonly cpuMs: number;
}

/** The end of sessions that get no more requests. */
export const sweep: Part = {
  name: 'sweep',
  title: 'The sweeper',
  isKept: true,
  run: async (options) => {
    const { rounds, sessions } = SIZES[options.size];
    const alone = await inRounds(rounds, (round) => {
      options.say(`without a rest, round ${round} of ${rounds}`);
      return sweepAlone(sessions);
    });
    const beside = await sweepBeside(options);
    const idle = await idlePolling(options);
    const per = (of: (swept: Swept & { redisMs: number }) => number): string =>
      figures(alone.map(of));
    return `${markdownTable(
      ['sessions swept, without a rest', ''],
      [
        ['a second', per(({ ended, ms }) => (ended * 1_000) / ms)],
        [
          'CPU µs of the sweeping process, each',
          per(({ ended, cpuMs }) => (cpuMs * 1_000) / ended),
        ],
        ['CPU µs of Redis, each', per(({ ended, redisMs }) => (redisMs * 1_000) / ended)],
      ],
    )}

${figure(sessions)} ended sessions, swept by one process alone on a core, turn after turn; Redis is on the other
core.

${beside}

${idle}`;
  },
};

async function sweepAlone(sessions: number): Promise<Swept & { redisMs: number }> {
  const redis = await startRedisServer();
  try {
    moveToCore('others', redis.pid);
    await fillWithOver(redis.url, sessions);
    const before = cpuMsOf(redis.pid);
    const script = new URL('../sweep/main.ts', import.meta.url);
    const swept = await runJson<Swept>('curfew', script, { url: redis.url });
    if (swept.ended !== sessions) throw new Error(`${swept.ended} of ${sessions} were ended`);
    return { ...swept, redisMs: cpuMsOf(redis.pid) - before };
  } finally {
    await redis.stop();
  }
}

/** As in the product: with a rest after each turn, while checks arrive. */
async function sweepBeside({ size, program, say }: BenchOptions): Promise<string> {
  const { rounds, rate, firstWarmUpMs, measuredMs } = SIZES[size];
  const served = await serveCurfew({ program, policy: benchPolicy() });
  const times = { warmUpMs: 500, measuredMs };
  const without: LoadResult[] = [];
  const beside: LoadResult[] = [];
  const endedPerSecond: number[] = [];
  try {
    await warmUp(served.port, firstWarmUpMs);
    await inRounds(rounds, async (round) => {
      say(`beside checks, round ${round} of ${rounds}`);
      without.push(await openLoop(served, rate, times));
      await fillWithOver(served.redis.url, SIZES[size].sessions);
      await eventually('turn of the sweeper', async () => (await endedBy(served)) > 0, TURN_MAX_MS);
      const [before, startedAtMs] = [await endedBy(served), performance.now()];
      beside.push(await openLoop(served, rate, times));
      const seconds = (performance.now() - startedAtMs) / 1_000;
      endedPerSecond.push(((await endedBy(served)) - before) / seconds);
      await forgetOver(served.redis.url);
    });
  } finally {
    await served.stop();
  }
  return `${openLoopTable([
    [`${figure(rate)}/s, nothing to sweep`, without],
    [`${figure(rate)}/s, sweeping ${figures(endedPerSecond)}/s`, beside],
  ])}

\`curfew serve\` rests three times as long as a turn took, so that checks come first. This is its normal
sweeping, on the core that answers the checks.`;
}

async function fillWithOver(url: string, sessions: number): Promise<void> {
  const { store, close } = await openBenchStore(url, ALONE);
  await forSessions(sessions, (session) => store.open(opening(session, Date.now() - DAY_MS)));
  await close();
}

function endedBy({ metric }: Served): Promise<number> {
  return metric('curfew_sessions_ended_total');
}

/** Removes what is left to sweep, so that the next round starts empty. */
async function forgetOver(url: string): Promise<void> {
  const { client } = new RedisCounts(url);
  for (let index = 0; index < PARTITION_COUNT; index += 1) {
    await client.del(partitionKeys(index).deadlines); // oxlint-disable-line no-await-in-loop
  }
  client.disconnect();
}
