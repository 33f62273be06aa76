import { provideEnvoy } from '../../../tools/provision.ts';
import { PATHS, startBenchEnvoy } from '../clients/envoys.ts';
import type { BenchEnvoy } from '../clients/envoys.ts';
import { runProxyLoad } from '../clients/proxy-load.ts';
import { figure, figures } from '../figures.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import type { BenchOptions, Part } from '../part.ts';
import { inRounds } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { startContest } from '../rivals/contest.ts';
import type { Contest } from '../rivals/contest.ts';

const SIZES = {
  quick: { rounds: 2, firstWarmUpMs: 1_000, warmUpMs: 500, measuredMs: 1_000 },
  full: { rounds: 5, firstWarmUpMs: 8_000, warmUpMs: 1_000, measuredMs: 5_000 },
} as const;
const PER_SECOND = 500;
const UNCHECKED = 'no check';

/** One round: the figures of clients, by the name of the authorizer. */
type Round = ReadonlyMap<string, LoadResult>;

/** How much longer a request waits because of a check. */
export const clients: Part = {
  name: 'clients',
  title: 'Through a real Envoy',
  isKept: true,
  run: async (options) => {
    if ((await provideEnvoy()) === undefined) return 'There was no Envoy.';
    const contest = await startContest(options);
    const envoys: BenchEnvoy[] = [];
    try {
      for (const { serving } of contest.entries) {
        envoys.push(await startBenchEnvoy(serving.port)); // oxlint-disable-line no-await-in-loop
      }
      return words(await roundsOf(options, contest, envoys), contest);
    } finally {
      await Promise.all(envoys.map((envoy) => envoy.stop()));
      await contest.stop();
    }
  },
};

async function roundsOf(
  { size, say }: BenchOptions,
  { entries }: Contest,
  envoys: readonly BenchEnvoy[],
): Promise<readonly Round[]> {
  const { rounds, firstWarmUpMs, ...times } = SIZES[size];
  for (const { contender, serving } of entries) {
    say(`warming up ${contender.name}`);
    await warmUp(serving.port, firstWarmUpMs); // oxlint-disable-line no-await-in-loop
  }
  const targets = entries.map(({ contender: { name } }, place) => {
    return { name, port: envoys[place]?.port ?? 0, path: PATHS.checked };
  });
  const alone = { name: UNCHECKED, port: envoys[0]?.port ?? 0, path: PATHS.unchecked };
  return inRounds(rounds, async (number) => {
    const round = new Map<string, LoadResult>();
    for (const { name, ...where } of [alone, ...targets]) {
      say(`round ${number} of ${rounds}: ${name}`);
      const pace = { kind: 'open', perSecond: PER_SECOND, ...times } as const;
      // oxlint-disable-next-line no-await-in-loop -- they must not disturb each other
      const load = await runProxyLoad({ ...where, pace });
      const { allow, broken } = load.answers;
      if (allow === 0 || broken > 0) throw new Error(JSON.stringify(load.answers));
      round.set(name, load);
    }
    return round;
  });
}

function words(rounds: readonly Round[], { entries, absences }: Contest): string {
  const names = [UNCHECKED, ...entries.map(({ contender }) => contender.name)];
  const row = (name: string): string[] => {
    const loads = rounds.flatMap((round) => round.get(name) ?? []);
    const cell = (of: (load: LoadResult) => number): string => figures(loads.map(of));
    const added = (of: (load: LoadResult) => number): string =>
      name === UNCHECKED ? '' : figures(rounds.map((round) => difference(round, name, of)));
    return [
      name,
      cell(({ latency }) => latency.p50),
      cell(({ latency }) => latency.p99),
      cell(({ latency }) => latency.p999),
      added(({ latency }) => latency.p50),
      added(({ latency }) => latency.p99),
      cell(({ lateness }) => lateness.p99),
      figure(loads.reduce((sum, { answers }) => sum + answers.deny, 0)),
    ];
  };
  const header = ['authorizer', 'p50 ms', 'p99 ms', 'p99.9 ms', 'added: p50', 'p99'];
  return [
    markdownTable([...header, 'of it the client’s lateness: p99', 'not 200'], names.map(row)),
    `${figure(PER_SECOND)} requests a second. Each authorizer has its own Envoy with one worker and the production example of
\`deploy/envoy\`, with two routes that Envoy answers by itself, one of them without a check. The
authorizers, described in the chapter “Beside servers in Go and Rust”, have one core; Envoy, Redis
and the client share the other. Latency counts from the instant that a request was due. “Added” is
the difference from the row without a check of the same round.`,
    ...absences,
  ].join('\n\n');
}

function difference(round: Round, name: string, of: (load: LoadResult) => number): number {
  const [checked, unchecked] = [round.get(name), round.get(UNCHECKED)];
  return checked && unchecked ? of(checked) - of(unchecked) : NaN;
}
