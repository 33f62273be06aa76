import { setTimeout as sleep } from 'node:timers/promises';
import { STORE_SERVERS, provideStoreServer } from '../../../tools/store-servers.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { fullHouse } from '../check/closed-loops.ts';
import type { LoadTimes } from '../check/load-times.ts';
import { openLoop } from '../check/open-loop.ts';
import { figure, figures } from '../figures.ts';
import { openBenchStore } from '../fill-store.ts';
import { markdownTable } from '../markdown-table.ts';
import { cpuMsOf } from '../process-usage.ts';
import { RedisCounts, countOf } from '../redis-counts.ts';
import { inRounds } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { standOf } from '../stand-of-curfew.ts';
import { bulkSessions, sessionTemplate } from './bulk-sessions.ts';
import { serveOnCluster, serveOnSentinels, serveOnSingle } from './store-kinds.ts';
import type { ServedStore } from './store-kinds.ts';

const IN_FLIGHT = 64;
const EACH_ONCE = { kind: 'count', inFlight: 16, calls: 1_000 } as const;
const SETTLE_MS = 2_000;

export interface CostOptions {
  readonly program: string;
  readonly rounds: number;
  readonly firstWarmUpMs: number;
  readonly times: LoadTimes;
  say(what: string): void;
}

interface Contender {
  readonly name: string;
  /** At most so much more CPU than the first one; none for the first one. */
  readonly goal: number | undefined;
  start(program: string): Promise<ServedStore>;
}

interface Cost {
  readonly curfewUs: number;
  /** Of all servers of the store. */
  readonly serversUs: number;
  readonly trips: number;
  readonly noVerdict: number;
}

const KINDS: readonly Contender[] = [
  { name: 'one Redis', goal: undefined, start: async (program) => serveOnSingle({ program }) },
  { name: 'Sentinel', goal: 1.03, start: async (program) => serveOnSentinels({ program }) },
  { name: 'Cluster of three', goal: 1.08, start: async (program) => serveOnCluster({ program }) },
];

/** What a check costs Curfew on each kind of store. */
export async function kindTable(options: CostOptions): Promise<string> {
  return comparison(KINDS, options);
}

/** What a check costs Curfew beside so many other sessions. */
export async function sizeTable(
  { few, many }: { readonly few: number; readonly many: number },
  options: CostOptions,
): Promise<string> {
  const beside = (count: number, goal: number | undefined): Contender => ({
    name: `beside ${figure(count)} sessions`,
    goal,
    start: async (program) => {
      const store = await serveOnSingle({ program });
      options.say(`writing ${count} sessions`);
      await fill(store.redis.url, count);
      return store;
    },
  });
  return comparison([beside(few, undefined), beside(many, 1.12)], options);
}

/** Starts all of them, and gives them load in turn: one round is one measurement of each. */
async function comparison(
  contenders: readonly Contender[],
  { program, rounds, firstWarmUpMs, times, say }: CostOptions,
): Promise<string> {
  const running: ServedStore[] = [];
  try {
    for (const { start } of contenders) {
      const store = await start(program); // oxlint-disable-line no-await-in-loop
      running.push(store);
      await warmUp(store.port, firstWarmUpMs); // oxlint-disable-line no-await-in-loop
      // Now every session of the load is open, and a check is one round trip.
      await fullHouse(store, EACH_ONCE); // oxlint-disable-line no-await-in-loop
    }
    const costs = await inRounds(rounds, async (round) => {
      const row: Cost[] = [];
      for (const [index, store] of running.entries()) {
        say(`${contenders[index]?.name}, round ${round} of ${rounds}`);
        row.push(await costOf(store, times)); // oxlint-disable-line no-await-in-loop
      }
      return row;
    });
    return markdownTable(
      [
        'closed loop',
        'CPU µs Curfew',
        'by the first',
        'goal',
        'CPU µs of all servers',
        'both, by the first',
        'round trips a check',
        'no verdict',
      ],
      contenders.map(({ name, goal }, index) => {
        const column = (of: (cost: Cost) => number): number[] =>
          costs.map((row) => of(row[index] ?? NONE));
        const byFirst = (of: (cost: Cost) => number): string =>
          index === 0
            ? '1'
            : figures(costs.map((row) => of(row[index] ?? NONE) / of(row[0] ?? NONE)));
        return [
          name,
          figures(column(({ curfewUs }) => curfewUs)),
          byFirst(({ curfewUs }) => curfewUs),
          goal === undefined ? '–' : `≤ ${goal}`,
          figures(column(({ serversUs }) => serversUs)),
          byFirst(({ curfewUs, serversUs }) => curfewUs + serversUs),
          figures(column(({ trips }) => trips)),
          figure(column(({ noVerdict }) => noVerdict).reduce((sum, each) => sum + each, 0)),
        ];
      }),
    );
  } finally {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const store of running) await store.stop();
  }
}

const NONE: Cost = { curfewUs: NaN, serversUs: NaN, trips: NaN, noVerdict: NaN };

async function costOf(store: ServedStore, times: LoadTimes): Promise<Cost> {
  const [first = '', ...others] = store.servers.map(({ url }) => url);
  const counts = new RedisCounts(first, ...others);
  try {
    const cpuMs = (): number => store.servers.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
    const before = { commands: await counts.commands(), cpuMs: cpuMs(), ...(await standOf(store)) };
    const load = await fullHouse(store, { kind: 'closed', inFlight: IN_FLIGHT, ...times });
    const after = { commands: await counts.commands(), cpuMs: cpuMs(), ...(await standOf(store)) };
    const checks = after.checks - before.checks;
    const scripts = countOf(['evalsha', 'eval'], before.commands, after.commands).calls;
    return {
      curfewUs: ((load.cpuMs['curfew'] ?? NaN) * 1_000) / load.measured,
      serversUs: ((after.cpuMs - before.cpuMs) * 1_000) / checks,
      trips: (scripts - (after.others - before.others)) / checks,
      noVerdict: load.answers.noVerdict,
    };
  } finally {
    counts.close();
  }
}

/** What each server needs for a session, and how long a check takes on it. */
export async function serverTable(
  { sessions, perSecond }: { readonly sessions: number; readonly perSecond: number },
  { program, rounds, firstWarmUpMs, times, say }: CostOptions,
): Promise<string> {
  const rows: string[][] = [];
  for (const name of STORE_SERVERS) {
    // oxlint-disable no-await-in-loop -- one after the other
    const bin = await provideStoreServer(name);
    if (bin === undefined) continue;
    say(`${name}: writing ${sessions} sessions`);
    const bytes = await bytesPerSession(bin, sessions);
    const store = await serveOnSingle({ program, bin });
    try {
      await warmUp(store.port, firstWarmUpMs);
      const loads = await inRounds(rounds, async (round) => {
        say(`${name}, round ${round} of ${rounds}`);
        return openLoop(store, perSecond, times);
      });
      rows.push([
        name,
        figure(Math.round(bytes)),
        figures(loads.map(({ latency }) => latency.p50)),
        figures(loads.map(({ latency }) => latency.p99)),
        figures(loads.map((load) => ((load.cpuMs['redis'] ?? NaN) * 1_000) / load.measured)),
        figure(loads.reduce((sum, { answers }) => sum + answers.noVerdict, 0)),
      ]);
    } finally {
      await store.stop();
    }
    // oxlint-enable no-await-in-loop
  }
  const header = ['server', 'bytes a session', 'p50 ms', 'p99 ms', 'CPU µs of the server'];
  return markdownTable([...header, 'no verdict'], rows);
}

async function bytesPerSession(bin: string, sessions: number): Promise<number> {
  const server = await startRedisServer({ bin });
  const counts = new RedisCounts(server.url);
  try {
    await fill(server.url, 0);
    const empty = await counts.usedMemory();
    await fill(server.url, sessions);
    await sleep(SETTLE_MS); // the server finishes resizing its tables
    return ((await counts.usedMemory()) - empty) / sessions;
  } finally {
    counts.close();
    await server.stop();
  }
}

async function fill(url: string, sessions: number): Promise<void> {
  const opened = await openBenchStore(url, 'nothing');
  const counts = new RedisCounts(url);
  try {
    const template = await sessionTemplate(opened, counts.client);
    await bulkSessions(template, sessions, () => counts.client);
  } finally {
    counts.close();
    await opened.close();
  }
}
