import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedLoops } from '../check/closed-loops.ts';
import { openLoop, openLoopTable } from '../check/open-loop.ts';
import { figure, figures } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { canPin } from '../on-core.ts';
import type { BenchOptions, Part } from '../part.ts';
import { memoryOf } from '../process-usage.ts';
import { inRounds, spreadOf } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { serveCurfew, transportFlags } from '../serve-curfew.ts';
import type { Served, ServeOptions } from '../serve-curfew.ts';
import { benchPolicy, checkRequestOf } from '../workload.ts';

const SIZES = {
  quick: { rounds: 2, restMs: 500, firstWarmUpMs: 1_000, warmUpMs: 500, measuredMs: 1_000 },
  full: { rounds: 5, restMs: 5_000, firstWarmUpMs: 10_000, warmUpMs: 1_000, measuredMs: 6_000 },
} as const;
const LOW_RATE = 1_000;

/** Whole checks: gRPC in, Redis behind. */
export const check: Part = {
  name: 'check',
  title: 'Whole checks',
  isKept: true,
  run: async (options) => {
    const startUps = await inRounds(SIZES[options.size].rounds, (round) => startUp(options, round));
    const served = await serveCurfew(servingOf(options));
    try {
      await sleep(SIZES[options.size].restMs);
      const atRest = memoryOf(served.pid);
      const loads = await loadsOf(options, served);
      const after = memoryOf(served.pid);
      const processRows = [
        ['from its start to the first allow, ms (aim: below 1 000)', figures(startUps)],
        ['resident memory at rest, MB', figure(atRest.nowMb)],
        ['resident memory under load, MB', figure(after.nowMb)],
        ['resident memory, most of all, MB', figure(after.peakMb)],
      ];
      return [words(options), loads, markdownTable(['the process', ''], processRows)].join('\n\n');
    } finally {
      await served.stop();
    }
  },
};

function servingOf({ program, transport }: BenchOptions): ServeOptions {
  return { program, policy: benchPolicy(), flags: transportFlags(transport) };
}

async function startUp(options: BenchOptions, round: number): Promise<number> {
  options.say(`start-up ${round}`);
  const served = await serveCurfew(servingOf(options));
  await served.stop();
  return served.firstAllowMs;
}

async function loadsOf({ size, say }: BenchOptions, served: Served): Promise<string> {
  const { rounds, firstWarmUpMs, ...times } = SIZES[size];
  say('warming up');
  await warmUp(served.port, firstWarmUpMs);
  const closed = new ClosedLoops();
  await inRounds(rounds, (round) => {
    say(`closed loops, round ${round} of ${rounds}`);
    return closed.round(served, times);
  });
  const half = Math.round(spreadOf(closed.perSecond).median / 200) * 100;
  const lowRate = `${figure(LOW_RATE)}/s`;
  const halfRate = `${figure(half)}/s, half of the most`;
  const open = await inRounds(rounds, async (round) => {
    say(`open loops, round ${round} of ${rounds}`);
    const low = await openLoop(served, LOW_RATE, times);
    return { low, half: await openLoop(served, half, times) };
  });
  const openTable = openLoopTable([
    [lowRate, open.map(({ low }) => low)],
    [halfRate, open.map((round) => round.half)],
  ]);
  return `${closed.table()}\n\n${openTable}`;
}

function words({ size, program, transport }: BenchOptions): string {
  const { rounds, warmUpMs, measuredMs } = SIZES[size];
  const [raw, map] = [checkRequestOf(0, 'raw').length, checkRequestOf(0, 'map').length];
  const what = program.endsWith('.js') ? 'The build' : 'The sources';
  const by = transport === undefined ? '' : ` --transport ${transport}`;
  const where = canPin
    ? 'one core for Curfew; Redis and the load share the other, so Redis is never quite alone'
    : 'no core to itself for anybody, as this machine cannot pin processes';
  return `Aim: ready in less than a second. What the CPU of a check is held against stands beside the rivals.

${what} as \`curfew serve\`${by} over a real Redis: ${where}. A CheckRequest has ${raw} bytes (map form: ${map})
and 23 headers and is judged by the last of 50 policies; four connections. Every answer is read and was an allow, but
for those counted as without a verdict. Median (min–max) of ${rounds} rounds, each ${measuredMs / 1_000} s after ${warmUpMs / 1_000} s of warm-up.
In the closed loop each answer asks the next question, which shows the most that can be done; latency there is that of a
full house. In the open loop questions come at a fixed rate whatever happens, and latency counts from the instant that a
question was due, the load's own lateness included.`;
}
