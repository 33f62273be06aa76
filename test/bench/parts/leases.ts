import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { provideVersion } from '../compare/other-version.ts';
import { figure, figures } from '../figures.ts';
import { PAGE, pageLoad, USERS } from '../leases/page-loads.ts';
import type { PageFigures } from '../leases/page-loads.ts';
import { markdownTable } from '../markdown-table.ts';
import type { BenchOptions, Part } from '../part.ts';
import type { Contender } from '../rivals/contender.ts';
import { startContest } from '../rivals/contest.ts';
import type { Contest } from '../rivals/contest.ts';
import { inRounds } from '../rounds.ts';
import { serveCurfew } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';

/** The last commit without leases. */
const BEFORE_LEASES = '75010bc';
const BEFORE = 'Curfew before';
const TREE = join(import.meta.dirname, '..', '..', '..');

const SIZES = {
  quick: { rounds: 1, warmUpMs: 3_000, measuredMs: 5_000, knownMs: 3_000 },
  full: { rounds: 7, warmUpMs: 5_000, measuredMs: 15_000, knownMs: 25_000 },
} as const;

/** What leases spare where people use an application. */
export const leases: Part = {
  name: 'leases',
  title: 'Leases, under page loads',
  isKept: true,
  run: async (options) => {
    const contest = await startContest(options, await contendersOf(options));
    try {
      return await measured(options, contest);
    } finally {
      await contest.stop();
    }
  },
};

async function contendersOf({ program, say }: BenchOptions): Promise<readonly Contender[]> {
  const cache = join(TREE, '.cache', 'bench-versions');
  const before = await provideVersion(BEFORE_LEASES, { tree: TREE, cache, say });
  const policy = benchPolicy({ maxStaleness: '0s' });
  return [
    // The first one's script is that of the rivals, so it must be this tree's.
    {
      name: 'Curfew, max_staleness: 0s',
      isRival: false,
      start: (store) => serveCurfew({ program, policy, store, leasesMax: 20_000 }),
    },
    {
      name: `${BEFORE} (${before.name})`,
      isRival: false,
      // Over a Redis of its own: beside a replica that does not publish ends, none uses leases.
      start: () => serveCurfew({ program: before.program, policy: benchPolicy() }),
    },
    {
      name: 'Curfew with leases',
      isRival: false,
      start: (store) => serveCurfew({ program, policy: benchPolicy(), store, leasesMax: 20_000 }),
    },
  ];
}

async function measured(options: BenchOptions, { entries, absences }: Contest): Promise<string> {
  const { rounds, knownMs, ...times } = SIZES[options.size];
  options.say('waiting until each replica knows that all publish ends');
  await sleep(knownMs);
  const rows = await inRounds(rounds, async (round) => {
    const row: PageFigures[] = [];
    for (const { contender, serving } of entries) {
      options.say(`${contender.name}, round ${round} of ${rounds}`);
      row.push(await pageLoad(contender, serving, times)); // oxlint-disable-line no-await-in-loop
    }
    return row;
  });
  const sum = ({ serverUs, redisUs }: PageFigures): number => serverUs + redisUs;
  const beforeAt = entries.findIndex(({ contender }) => contender.name.startsWith(BEFORE));
  const table = markdownTable(
    [
      'page loads',
      'CPU µs server',
      'CPU µs Redis',
      'both, by the build before',
      'scripts a check',
      'p50 ms',
      'p99 ms',
      'MB',
      'no verdict',
    ],
    entries.map(({ contender }, place) => {
      const column = (of: (one: PageFigures) => number): number[] =>
        rows.flatMap((row) => row.slice(place, place + 1).map(of));
      const ratios = rows.map((row) => {
        const [before, own] = [row[beforeAt], row[place]];
        return before === undefined || own === undefined ? NaN : sum(own) / sum(before);
      });
      return [
        contender.name,
        figures(column(({ serverUs }) => serverUs)),
        figures(column(({ redisUs }) => redisUs)),
        place === beforeAt ? '1' : figures(ratios),
        figures(column(({ scripts }) => scripts)),
        figures(column(({ p50 }) => p50)),
        figures(column(({ p99 }) => p99)),
        figures(column(({ memoryMb }) => memoryMb)),
        figure(column(({ noVerdict }) => noVerdict).reduce((all, one) => all + one, 0)),
      ];
    }),
  );
  return [words(), table, ...absences].join('\n\n');
}

function words(): string {
  const { callsEach, atOnce, everyMs } = PAGE;
  return `Goal: Curfew with leases and Redis together at most 0.55 of the build before, and at most 0.07 scripts a check.

${USERS} users each load a page every ${everyMs / 1_000} s: ${callsEach} requests, ${atOnce} at a time. The servers take turns over one
Redis, the build before over another one; each row is the median of the rounds, and the ratio is that of one round. Scripts are EVALSHA and EVAL, also those of
sweepers and of announcements, which all rows share.`;
}
