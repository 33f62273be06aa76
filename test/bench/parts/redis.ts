import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/time/eventually.ts';
import { figure } from '../figures.ts';
import type { Pace } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import type { BenchOptions, Part } from '../part.ts';
import { RedisCounts, countOf } from '../redis-counts.ts';
import { runLoad } from '../run-load.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { Served } from '../serve-curfew.ts';
import { standOf } from '../stand-of-curfew.ts';
import { benchPolicy } from '../workload.ts';

const SIZES = {
  quick: { sessions: 500, rate: 200, steadyMs: 2_000 },
  full: { sessions: 10_000, rate: 1_000, steadyMs: 20_000 },
} as const;
const TOUCH_INTERVAL_MS = 1_000;
const STEADY_SESSIONS = 20;
const FEW_SESSIONS = 500;
const IDLE_MS = 1_500;
const PARTITIONS = 256;
const SETTLED_MAX_MS = 30_000;
const IN_FLIGHT = 16;

/** The calls of checks to Redis, as Redis itself counts them. */
export const redis: Part = {
  name: 'redis',
  title: 'What a check asks of Redis',
  isKept: true,
  run: async (options) => {
    const { sessions, rate, steadyMs } = SIZES[options.size];
    const rows = [
      ...(await kindRows(options, sessions)),
      ...(await steadyRows(options, {
        kind: 'open',
        perSecond: rate,
        warmUpMs: 0,
        measuredMs: steadyMs,
      })),
    ];
    return `Goal: one round trip and one script for a check, two for a check that opens a session; at most 30 µs
of Redis for a script; at most one write for a session in a touch interval.

${markdownTable(['checks', 'number', 'round trips', 'Redis µs per script', 'records written'], rows)}

From \`INFO commandstats\` before and after. Round trips are EVALSHA and EVAL, without the few that
the sweeper and the start made meanwhile. The time is that of whole scripts, inside Redis. Records
written are HSET.`;
  },
};

/** One kind of check after the other. */
async function kindRows({ program, say }: BenchOptions, sessions: number): Promise<string[][]> {
  say('counting scripts');
  const pace: Pace = { kind: 'count', inFlight: IN_FLIGHT, calls: sessions };
  const rows: string[][] = [];
  await counted(program, {}, async (served, rowOf) => {
    rows.push(await rowOf('open a session', () => run(served, pace, sessions)));
    rows.push(
      await rowOf('activity, within the touch interval', () => run(served, pace, sessions)),
    );
  });
  await counted(program, { touchInterval: '0s' }, async (served, rowOf) => {
    await run(served, pace, sessions);
    rows.push(await rowOf('activity, written', () => run(served, pace, sessions)));
  });
  await counted(program, { idle: `${IDLE_MS}ms` }, async (served, rowOf) => {
    // Few, so that no session reaches its deadline before all are opened.
    const few: Pace = { kind: 'count', inFlight: IN_FLIGHT, calls: FEW_SESSIONS };
    const deny = (): Promise<unknown> => run(served, few, FEW_SESSIONS, 'deny');
    await run(served, few, FEW_SESSIONS);
    await sleep(IDLE_MS + 100);
    rows.push(await rowOf('past the deadline: the end is written', deny));
    rows.push(await rowOf('ended before', deny));
  });
  return rows;
}

/** Ordinary use: several checks of each session within a touch interval. */
async function steadyRows(
  { program, say }: BenchOptions,
  pace: Pace & { kind: 'open' },
): Promise<string[][]> {
  say('counting writes');
  const rows: string[][] = [];
  await counted(program, { touchInterval: `${TOUCH_INTERVAL_MS}ms` }, async (served, rowOf) => {
    const warm: Pace = { kind: 'count', inFlight: IN_FLIGHT, calls: STEADY_SESSIONS };
    await run(served, warm, STEADY_SESSIONS);
    const most = Math.ceil(pace.measuredMs / TOUCH_INTERVAL_MS) * STEADY_SESSIONS;
    const name = `${STEADY_SESSIONS} busy sessions for ${pace.measuredMs / 1_000} s, touch interval 1 s: at most ${figure(most)} writes`;
    rows.push(await rowOf(name, () => run(served, pace, STEADY_SESSIONS)));
  });
  return rows;
}

function run(served: Served, pace: Pace, sessions: number, expected: 'allow' | 'deny' = 'allow') {
  return runLoad({ port: served.port, pace, sessions }, expected);
}

type RowOf = (name: string, work: () => Promise<unknown>) => Promise<string[]>;

async function counted(
  program: string,
  policy: Parameters<typeof benchPolicy>[0],
  use: (served: Served, rowOf: RowOf) => Promise<void>,
): Promise<void> {
  const served = await serveCurfew({ program, policy: benchPolicy(policy) });
  const counts = new RedisCounts(served.redis.url);
  try {
    await settled(served);
    await use(served, async (name, work) => {
      const before = { commands: await counts.commands(), ...(await standOf(served)) };
      await work();
      const after = { commands: await counts.commands(), ...(await standOf(served)) };
      const scripts = countOf(['evalsha', 'eval'], before.commands, after.commands);
      const checks = after.checks - before.checks;
      const trips = scripts.calls - (after.others - before.others);
      return [
        name,
        figure(checks),
        figure(trips),
        figure(scripts.micros / scripts.calls),
        figure(countOf(['hset'], before.commands, after.commands).calls),
      ];
    });
  } finally {
    counts.close();
    await served.stop();
  }
}

/** Waits for the sweeper's first turn over the empty Redis, which would be counted. The next one comes seconds later. */
async function settled({ metric }: Served): Promise<void> {
  const labels = { script: 'limits' };
  const isSettled = async () =>
    (await metric('curfew_store_call_duration_seconds_count', labels)) >= PARTITIONS;
  await eventually('first turn of the sweeper', isSettled, SETTLED_MAX_MS);
}
