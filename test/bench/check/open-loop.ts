import { figure, figures } from '../figures.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import { runLoad } from '../run-load.ts';
import type { Served } from '../serve-curfew.ts';
import type { LoadTimes } from './load-times.ts';

/** One round at a fixed rate, which does not wait for answers. */
export function openLoop(served: Served, perSecond: number, times: LoadTimes): Promise<LoadResult> {
  const { port, pid, redis } = served;
  const watched = { curfew: pid, redis: redis.pid };
  return runLoad({ port, watched, pace: { kind: 'open', perSecond, ...times } });
}

/** `rows`: a name and its rounds. */
export function openLoopTable(rows: readonly (readonly [string, readonly LoadResult[]])[]): string {
  const header = ['open loop', 'mean ms', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms'];
  return markdownTable(
    [
      ...header,
      'of it the load’s own lateness: mean',
      'p99',
      'CPU µs Curfew',
      'CPU µs Redis',
      'no verdict',
    ],
    rows.map(([name, rounds]) => {
      const cell = (of: (round: LoadResult) => number): string => figures(rounds.map(of));
      const cpuUs = (round: LoadResult, process: string): number =>
        ((round.cpuMs[process] ?? NaN) * 1_000) / round.measured;
      return [
        name,
        cell(({ latency }) => latency.mean),
        cell(({ latency }) => latency.p50),
        cell(({ latency }) => latency.p99),
        cell(({ latency }) => latency.p999),
        cell(({ latency }) => latency.max),
        cell(({ lateness }) => lateness.mean),
        cell(({ lateness }) => lateness.p99),
        cell((round) => cpuUs(round, 'curfew')),
        cell((round) => cpuUs(round, 'redis')),
        figure(rounds.reduce((sum, { answers }) => sum + answers.noVerdict, 0)),
      ];
    }),
  );
}
