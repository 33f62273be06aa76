import { setTimeout as sleep } from 'node:timers/promises';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { figure, figures } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { inRounds } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { serveOnCluster, serveOnSentinels } from './store-kinds.ts';
import type { ServedStore } from './store-kinds.ts';
import { gapOf, recordVerdicts } from './verdict-gaps.ts';
import type { Gap } from './verdict-gaps.ts';

const PER_SECOND = 300;
const SESSIONS = 300;
const DOWN_AFTER_MS = 2_000;

interface Failover {
  readonly name: string;
  /** Starts the servers; `fail` has one primary replaced, and resolves when the store names the new one. */
  start(program: string): Promise<ServedStore & { fail(): Promise<unknown> }>;
}

const FAILOVERS: readonly Failover[] = [
  {
    name: 'Sentinel, primary killed',
    start: async (program) => {
      const store = await serveOnSentinels({ program, downAfterMs: DOWN_AFTER_MS });
      return { ...store, fail: async () => killedUnderSentinels(store) };
    },
  },
  {
    name: 'Sentinel, primary frozen',
    start: async (program) => {
      const store = await serveOnSentinels({ program, downAfterMs: DOWN_AFTER_MS });
      return { ...store, fail: async () => frozenUnderSentinels(store) };
    },
  },
  {
    name: 'Sentinel, planned',
    start: async (program) => {
      const store = await serveOnSentinels({ program, downAfterMs: DOWN_AFTER_MS });
      return { ...store, fail: async () => store.sentinels.failOver() };
    },
  },
  {
    name: 'Sentinel, planned, COORDINATED (Valkey 9)',
    start: async (program) => {
      const bin = await provideStoreServer('valkey 9');
      const store = await serveOnSentinels({ program, bin, downAfterMs: DOWN_AFTER_MS });
      return { ...store, fail: async () => store.sentinels.failOver('coordinated') };
    },
  },
  {
    name: 'Cluster of three, one primary killed',
    start: async (program) => {
      const store = await serveOnCluster({ program, downAfterMs: DOWN_AFTER_MS });
      return { ...store, fail: async () => killedInCluster(store) };
    },
  },
  {
    name: 'Cluster of three, one planned',
    start: async (program) => {
      const store = await serveOnCluster({ program, downAfterMs: DOWN_AFTER_MS });
      return { ...store, fail: async () => store.cluster.failOver(firstOf(store)) };
    },
  },
];

/** Runs each failover under checks at a steady rate, and answers a table of what was lost. */
export async function failoverTable(options: {
  readonly program: string;
  readonly rounds: number;
  /** How long checks run before the failover, and after the new primary is named. */
  readonly aroundMs: number;
  say(what: string): void;
}): Promise<string> {
  const rows: string[][] = [];
  for (const failover of FAILOVERS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const gaps = await inRounds(options.rounds, async (round) => {
      options.say(`${failover.name}, round ${round} of ${options.rounds}`);
      return oneFailover(failover, options);
    });
    const seconds = (of: (gap: Gap) => number): string =>
      figures(gaps.map((gap) => of(gap) / 1_000));
    rows.push([
      failover.name,
      seconds(({ wholeMs }) => wholeMs),
      seconds(({ afterNamedMs }) => afterNamedMs),
      figures(gaps.map(({ noVerdict }) => noVerdict)),
      figures(gaps.map(({ checks }) => checks)),
      figures(gaps.map(({ sessions }) => sessions.size)),
    ]);
  }
  const header = ['no verdict: in all, s', 'since the new primary is named, s', 'checks', 'of'];
  return `${markdownTable(['failover', ...header, `sessions, of ${SESSIONS}`], rows)}

${figure(PER_SECOND)} checks a second of ${SESSIONS} sessions; a server counts as down after ${DOWN_AFTER_MS / 1_000} s
(\`down-after-milliseconds\`, \`cluster-node-timeout\`): with other limits add the difference. The time
in all is from the first check without a verdict to the last one; its second part begins when most
Sentinels, or most nodes, name the new primary.`;
}

async function oneFailover(
  { start }: Failover,
  { program, aroundMs }: { readonly program: string; readonly aroundMs: number },
): Promise<Gap> {
  const store = await start(program);
  try {
    await warmUp(store.port, aroundMs);
    const load = { perSecond: PER_SECOND, sessions: SESSIONS };
    const recording = await recordVerdicts(store.port, load);
    await sleep(aroundMs);
    await store.fail();
    const namedAtMs = performance.now();
    await sleep(aroundMs);
    return gapOf(await recording.stop(), namedAtMs);
  } finally {
    await store.stop();
  }
}

async function killedUnderSentinels({
  sentinels,
}: Awaited<ReturnType<typeof serveOnSentinels>>): Promise<unknown> {
  const primary = await sentinels.primary();
  if (primary === undefined) throw new Error('no primary is agreed on');
  await primary.kill();
  return sentinels.primaryAfter(primary);
}

async function frozenUnderSentinels({
  sentinels,
}: Awaited<ReturnType<typeof serveOnSentinels>>): Promise<unknown> {
  const primary = await sentinels.primary();
  if (primary === undefined) throw new Error('no primary is agreed on');
  primary.pause();
  return sentinels.primaryAfter(primary);
}

async function killedInCluster(
  store: Awaited<ReturnType<typeof serveOnCluster>>,
): Promise<unknown> {
  const { cluster } = store;
  const primary = firstOf(store);
  await primary.kill();
  // The first of the primaries at the start has the first slot.
  return cluster.ownerAfter(0, primary);
}

function firstOf({ servers }: ServedStore): RedisServer {
  const [first] = servers;
  if (first === undefined) throw new Error('no server');
  return first;
}
