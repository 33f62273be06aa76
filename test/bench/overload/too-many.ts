import { figures } from '../figures.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import { inRounds } from '../rounds.ts';
import { runLoad, warmUp } from '../run-load.ts';
import { serveCurfew } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';
import { allowsPerSecond, closedLoop } from './overload-loads.ts';
import type { OverloadOptions } from './overload-loads.ts';

/** Enough to find the most that Curfew does; far below the limit of checks at the same time. */
export const IN_FLIGHT = 64;
const TIMES_OVER = [2, 5];

/** A table of what is still answered when there are more checks than Curfew can answer. */
export async function tooMany(options: OverloadOptions): Promise<string> {
  const { program, say, rounds, firstWarmUpMs, times } = options;
  const served = await serveCurfew({ program, policy: benchPolicy() });
  try {
    await warmUp(served.port, firstWarmUpMs);
    const measured = await inRounds(rounds, async (round) => {
      say(`overload, round ${round} of ${rounds}`);
      const most = await closedLoop(served, IN_FLIGHT, times);
      const mostPerSecond = allowsPerSecond(most);
      const open = (factor: number): Promise<LoadResult> => {
        const perSecond = Math.round(factor * mostPerSecond);
        return runLoad({ port: served.port, pace: { kind: 'open', perSecond, ...times } });
      };
      const rows: [string, LoadResult][] = [['the most', most]];
      // oxlint-disable no-await-in-loop -- one after the other
      for (const factor of TIMES_OVER) rows.push([`${factor} times as many`, await open(factor)]);
      // oxlint-enable no-await-in-loop
      rows.push(['half as many, afterwards', await open(0.5)]);
      return rows.map(([name, result]) => ({ name, result, share: allowsPerSecond(result) / mostPerSecond })); // prettier-ignore
    });
    const names = measured[0]?.map(({ name }) => name) ?? [];
    const rows = names.map((name, place) => {
      const of = (pick: (row: Measured) => number): string =>
        figures(measured.map((round) => pick(round[place] ?? fail(name))));
      return [
        name,
        of(({ result }) => (result.measured * 1_000) / result.measuredMs),
        of(({ result }) => allowsPerSecond(result)),
        of(({ share }) => 100 * share),
        of(({ result }) => result.latencyOf.allow.p50),
        of(({ result }) => result.latencyOf.allow.p99),
        of(({ result }) => result.latencyOf.noVerdict.p99),
      ];
    });
    const header = ['checks', 'answered a second', 'allows a second', 'of the most, %'];
    return markdownTable([...header, 'allow p50, ms', 'allow p99, ms', 'no verdict p99, ms'], rows);
  } finally {
    await served.stop();
  }
}

interface Measured {
  readonly name: string;
  readonly result: LoadResult;
  /** Allows a second, as a share of the most. */
  readonly share: number;
}

function fail(name: string): never {
  throw new Error(`no figure for ${name}`);
}
