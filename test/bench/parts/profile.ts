import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../support/time/eventually.ts';
import { figure } from '../figures.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Part } from '../part.ts';
import { threadsOf } from '../process-usage.ts';
import { allocationsOf } from '../profile/allocation-profile.ts';
import type { AllocationProfile } from '../profile/allocation-profile.ts';
import type { CodeCosts } from '../profile/code-costs.ts';
import { cpuTimesOf } from '../profile/cpu-profile.ts';
import type { CpuProfile } from '../profile/cpu-profile.ts';
import { gcTotalsOf } from '../profile/gc-record.ts';
import type { GcRecord } from '../profile/gc-record.ts';
import { runLoad, warmUp } from '../run-load.ts';
import { serveCurfew, transportFlags } from '../serve-curfew.ts';
import type { Served } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';

const SIZES = {
  quick: { firstWarmUpMs: 1_500, measuredMs: 3_000, lines: 40 },
  full: { firstWarmUpMs: 5_000, measuredMs: 20_000, lines: 60 },
} as const;
const IN_FLIGHT = 64;
const RECORD_MAX_MS = 30_000;

/** The folder of the profiles, for a browser's viewer. */
const folder = join(import.meta.dirname, '..', '..', '..', '.cache', 'profile');

/** Where Curfew's CPU time and memory go in a closed loop. For work on performance: printed, and not kept. */
export const profile: Part = {
  name: 'profile',
  title: 'Where the CPU time goes',
  isKept: false,
  run: async ({ size, program, transport, say }) => {
    const { firstWarmUpMs, measuredMs, lines } = SIZES[size];
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const recorder = new URL('../profile/recorder.ts', import.meta.url);
    recorder.searchParams.set('folder', folder);
    const served = await serveCurfew({
      program,
      policy: benchPolicy(),
      nodeArgs: [`--import=${recorder.href}`],
      flags: transportFlags(transport),
    });
    try {
      say('warming up');
      await warmUp(served.port, firstWarmUpMs);
      say('collections');
      const before = threadsOf(served.pid);
      const bare = await recorded<GcRecord>(served, 'collections', measuredMs);
      const after = threadsOf(served.pid);
      say('CPU time');
      const cpu = await recorded<CpuProfile>(served, 'cpu', measuredMs);
      say('allocations');
      const heap = await recorded<AllocationProfile>(served, 'allocations', measuredMs);
      return [
        bareTable(bare, before, after),
        costTables('CPU µs', cpuTimesOf(cpu.record), checksOf(cpu.load), lines),
        costTables('bytes allocated', allocationsOf(heap.record), checksOf(heap.load), lines),
        `The profiles are in ${folder}.`,
      ].join('\n\n');
    } finally {
      await served.stop();
    }
  },
};

interface Recorded<Kept> {
  readonly load: LoadResult;
  readonly record: Kept;
}

/** A load that is recorded from its first to its last call. */
async function recorded<Kept>(
  { port, pid, redis }: Served,
  name: string,
  measuredMs: number,
): Promise<Recorded<Kept>> {
  const path = join(folder, `${name}.json`);
  process.kill(pid, 'SIGUSR2');
  const pace = { kind: 'closed', inFlight: IN_FLIGHT, warmUpMs: 0, measuredMs } as const;
  const load = await runLoad({ port, pace, watched: { curfew: pid, redis: redis.pid } });
  process.kill(pid, 'SIGUSR2');
  await eventually(`record of ${name}`, () => existsSync(path), RECORD_MAX_MS);
  return { load, record: JSON.parse(await readFile(path, 'utf8')) as Kept };
}

type Threads = ReturnType<typeof threadsOf>;

function bareTable({ load, record }: Recorded<GcRecord>, before: Threads, after: Threads): string {
  const checks = checksOf(load);
  const us = (ms: number): string => figure((ms * 1_000) / checks);
  const gc = gcTotalsOf(record);
  const onMain = (threads: Threads, isMain: boolean): number =>
    threads.reduce((sum, each) => sum + (each.isMain === isMain ? each.cpuMs : 0), 0);
  const used = (isMain: boolean): number => onMain(after, isMain) - onMain(before, isMain);
  return markdownTable(
    ['no profiler at work', 'each check', 'in all'],
    [
      ['checks', '', `${figure(checks)}, ${figure((load.measured * 1_000) / load.measuredMs)}/s`],
      ['CPU µs of the main thread', us(used(true)), `${figure(used(true))} ms`],
      ['CPU µs of other threads', us(used(false)), `${figure(used(false))} ms`],
      ['CPU µs of Redis', us(load.cpuMs['redis'] ?? NaN), ''],
      ['bytes allocated on the heap', figure(gc.allocatedBytes / checks), ''],
      ['share of the young generation that survives, %', '', figure(gc.survivedShare * 100)],
      ...[...gc.byKind].map(([kind, { count, pauseMs }]) => [
        `µs stopped by ${kind}`,
        us(pauseMs),
        `${count} times, ${figure(pauseMs / count)} ms each, ${figure((pauseMs * 100) / load.measuredMs)} % of the time`,
      ]),
    ],
  );
}

function costTables(unit: string, costs: CodeCosts, checks: number, lines: number): string {
  const table = (what: string, sums: ReadonlyMap<string, number>): string => {
    const most = [...sums].toSorted(([, one], [, other]) => other - one).slice(0, lines);
    return markdownTable(
      [what, `${unit} per check`],
      most.map(([name, amount]) => [name, figure(amount / checks)]),
    );
  };
  return `${figure(checks)} checks, ${figure(costs.total / checks)} ${unit} each.

${table('own code alone, by place', costs.selfByPlace)}

${table('own code alone, by function', costs.selfByFunction)}

${table('with all that it calls, by function of ours', costs.wholeByFunction)}`;
}

function checksOf({ answers }: LoadResult): number {
  return Object.values(answers).reduce((sum, count) => sum + count, 0);
}
