import { startEdge } from '../../support/edge.ts';
import type { Edge } from '../../support/edge.ts';
import { writeKeyFile } from '../../support/key-file.ts';
import { provideEnvoy } from '../../support/provision.ts';
import { startRedisServer } from '../../support/redis-server.ts';
import { figure, figures } from '../figures.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import { moveToCore } from '../on-core.ts';
import type { BenchOptions, Part } from '../part.ts';
import { inRounds } from '../rounds.ts';
import { runJson } from '../run-json.ts';
import { benchPolicy } from '../workload.ts';

const SIZES = {
  quick: { rounds: 2, warmUpMs: 500, measuredMs: 1_000 },
  full: { rounds: 5, warmUpMs: 2_000, measuredMs: 8_000 },
} as const;
const PER_SECOND = 500;
const PATHS = { checked: '/bench/checked', unchecked: '/bench/unchecked' } as const;

type Round = Readonly<Record<keyof typeof PATHS, LoadResult>>;

/** What somebody's request waits longer because of Curfew. */
export const clients: Part = {
  name: 'clients',
  title: 'Through a real Envoy',
  isKept: true,
  run: async (options) => {
    if ((await provideEnvoy()) === undefined) return 'There was no Envoy.';
    const redis = await startRedisServer();
    const keys = await writeKeyFile();
    const flags = [`--key-file=${keys.path}`];
    const store = { store: redis.url, flags };
    try {
      const edge = await startEdge({ policy: benchPolicy(), ...store, editEnvoy: withBenchRoutes });
      try {
        for (const pid of [redis.pid, edge.envoy.pid]) moveToCore('others', pid);
        for (const { pid } of edge.curfews) moveToCore('curfew', pid);
        return words(await roundsOf(options, edge));
      } finally {
        await edge.stop();
      }
    } finally {
      await keys.remove();
      await redis.stop();
    }
  },
};

function roundsOf({ size, say }: BenchOptions, { port }: Edge): Promise<Round[]> {
  const { rounds, ...times } = SIZES[size];
  const script = new URL('../clients/main.ts', import.meta.url);
  const ask = async (path: string): Promise<LoadResult> => {
    const pace = { kind: 'open', perSecond: PER_SECOND, ...times };
    const load = await runJson<LoadResult>('others', script, { port, path, pace });
    const { allow, ...others } = load.answers;
    if (allow === 0 || others.broken > 0) throw new Error(JSON.stringify(load.answers));
    return load;
  };
  return inRounds(rounds, async (round) => {
    say(`round ${round} of ${rounds}`);
    const unchecked = await ask(PATHS.unchecked);
    return { unchecked, checked: await ask(PATHS.checked) };
  });
}

/** Two paths that Envoy answers by itself, one of them without asking Curfew. */
function withBenchRoutes(config: string): string {
  const before = '- match: { path_separated_prefix: /payments }';
  const indent = ' '.repeat(
    config
      .split('\n')
      .find((line) => line.includes(before))
      ?.indexOf('-') ?? 0,
  );
  const answer = "direct_response: { status: 200, body: { inline_string: 'ok' } }";
  const perRoute =
    'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute';
  const unasked = `typed_per_filter_config: { envoy.filters.http.ext_authz: { '@type': ${perRoute}, disabled: true } }`;
  const routes = [
    `- { match: { path: ${PATHS.checked} }, ${answer} }`,
    `- { match: { path: ${PATHS.unchecked} }, ${answer}, ${unasked} }`,
  ];
  if (indent === '') throw new Error('the route of the payments is no longer in envoy.yaml');
  return config.replace(before, [...routes, before].join(`\n${indent}`));
}

function words(rounds: readonly Round[]): string {
  const row = (name: string, of: (round: Round) => LoadResult): string[] => [
    name,
    figures(rounds.map((round) => of(round).latency.mean)),
    figures(rounds.map((round) => of(round).latency.p50)),
    figures(rounds.map((round) => of(round).latency.p99)),
    figure(rounds.reduce((sum, round) => sum + of(round).answers.deny, 0)),
  ];
  const added = (of: (load: LoadResult) => number): string =>
    figures(rounds.map(({ checked, unchecked }) => of(checked) - of(unchecked)));
  return `${markdownTable(
    [`${PER_SECOND} requests a second`, 'mean ms', 'p50 ms', 'p99 ms', 'not 200'],
    [
      row('Envoy answers, without asking Curfew', ({ unchecked }) => unchecked),
      row('Envoy asks Curfew, then answers', ({ checked }) => checked),
      [
        'added',
        added(({ latency }) => latency.mean),
        added(({ latency }) => latency.p50),
        added(({ latency }) => latency.p99),
        '',
      ],
    ],
  )}

The production example of \`deploy/envoy\`, with one worker and two routes that Envoy answers by itself; sources of Curfew
on one core; Envoy, Redis and the client on the other. Latency counts from the instant that a request was due.`;
}
