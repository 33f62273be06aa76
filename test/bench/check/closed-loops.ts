import { figure, figures } from '../figures.ts';
import { provideH2load, runH2load } from '../h2load.ts';
import type { LoadPlan, LoadResult, Pace } from '../load/load-plan.ts';
import { markdownTable } from '../markdown-table.ts';
import { cpuMsOf } from '../process-usage.ts';
import { CONNECTIONS, runLoad } from '../run-load.ts';
import type { Served, Serving } from '../serve-curfew.ts';
import { checkRequestOf } from '../workload.ts';
import type { LoadTimes } from './load-times.ts';

export const IN_FLIGHT = 64;

/** The figures of one round of a closed loop. Latencies in milliseconds, `NaN` if the load does not report them. */
interface Round {
  readonly perSecond: number;
  readonly curfewUs: number;
  readonly redisUs: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Share of its core that the load itself used. */
  readonly loadShare: number;
  readonly noVerdict: number;
}

type Loop = (served: Served, times: LoadTimes) => Promise<Round>;

/** Each round runs every loop once, one after the other, so that a bad minute of the machine affects all of them. */
export class ClosedLoops {
  readonly #rounds = new Map<string, Round[]>();
  readonly #loops = loops();

  async round(served: Served, times: LoadTimes): Promise<void> {
    for (const [name, loop] of await this.#loops) {
      const known = this.#rounds.get(name) ?? [];
      known.push(await loop(served, times)); // oxlint-disable-line no-await-in-loop
      this.#rounds.set(name, known);
    }
  }

  /** Checks per second of the first loop, by round. */
  get perSecond(): readonly number[] {
    return [...this.#rounds.values()][0]?.map((round) => round.perSecond) ?? [];
  }

  table(): string {
    const header = ['closed loop', 'checks/s', 'CPU µs Curfew', 'CPU µs Redis'];
    return markdownTable(
      [
        ...header,
        'mean ms',
        'p50 ms',
        'p99 ms',
        'p99.9 ms',
        'load’s share of its core, %',
        'no verdict',
      ],
      [...this.#rounds].map(([name, rounds]) => [
        name,
        figures(rounds.map(({ perSecond }) => perSecond)),
        figures(rounds.map(({ curfewUs }) => curfewUs)),
        figures(rounds.map(({ redisUs }) => redisUs)),
        figures(rounds.map(({ mean }) => mean)),
        figures(rounds.map(({ p50 }) => p50)),
        figures(rounds.map(({ p99 }) => p99)),
        figures(rounds.map(({ p999 }) => p999)),
        figures(rounds.map(({ loadShare }) => loadShare * 100)),
        figure(rounds.reduce((sum, { noVerdict }) => sum + noVerdict, 0)),
      ]),
    );
  }
}

async function loops(): Promise<Map<string, Loop>> {
  const all = new Map<string, Loop>([
    ['64 in flight, 1 000 sessions', own({})],
    ['64 in flight, 1 000 sessions, map form', own({ form: 'map' })],
    ['64 in flight, one session', own({ sessions: 1 })],
  ]);
  if (await provideH2load()) all.set('64 in flight, one session, h2load', independent);
  return all.set('1 in flight, 1 000 sessions', own({ connections: 1 }, 1));
}

/** The load of the first loop, at the caller's pace. */
export function fullHouse(
  { port, pid, redis }: Serving,
  pace: Pace,
  plan: Partial<LoadPlan> = {},
): Promise<LoadResult> {
  return runLoad({ port, watched: { curfew: pid, redis: redis.pid }, pace, ...plan });
}

function own(plan: Partial<LoadPlan>, inFlight = IN_FLIGHT): Loop {
  return async (served, times) => {
    const load = await fullHouse(served, { kind: 'closed', inFlight, ...times }, plan);
    const perCheckUs = (ms: number | undefined): number => ((ms ?? NaN) * 1_000) / load.measured;
    return {
      perSecond: (load.measured * 1_000) / load.measuredMs,
      curfewUs: perCheckUs(load.cpuMs['curfew']),
      redisUs: perCheckUs(load.cpuMs['redis']),
      ...load.latency,
      loadShare: load.ownCpuMs / load.measuredMs,
      noVerdict: load.answers.noVerdict,
    };
  };
}

/** The same check repeatedly. h2load does not read verdicts, so Curfew's own count must agree. */
async function independent(served: Served, times: LoadTimes): Promise<Round> {
  const { port, pid, redis } = served;
  const before = await standOf(served);
  const load = await runH2load({
    port,
    connections: CONNECTIONS,
    streams: IN_FLIGHT / CONNECTIONS,
    warmUpS: Math.ceil(times.warmUpMs / 1_000),
    measuredS: Math.ceil(times.measuredMs / 1_000),
    checkRequest: checkRequestOf(0, 'raw'),
  });
  const after = await standOf(served);
  const allowed = after.allowed - before.allowed;
  const noVerdict = after.noVerdict - before.noVerdict;
  const others = after.checks - before.checks - allowed - noVerdict;
  if (load.failed > 0 || others > 0 || allowed + noVerdict < load.measured) {
    throw new Error(`h2load had other answers: ${JSON.stringify({ load, allowed, others })}`);
  }
  return {
    perSecond: load.perSecond,
    curfewUs: ((after.curfewMs - before.curfewMs) * 1_000) / allowed,
    redisUs: ((after.redisMs - before.redisMs) * 1_000) / allowed,
    mean: load.meanMs,
    p50: NaN,
    p99: NaN,
    p999: NaN,
    loadShare: NaN,
    noVerdict,
  };

  async function standOf({ metric }: Served) {
    return {
      checks: await metric('curfew_checks_total'),
      allowed: await metric('curfew_checks_total', { verdict: 'allow', reason: 'ok' }),
      noVerdict: await metric('curfew_checks_total', { verdict: 'none' }),
      curfewMs: cpuMsOf(pid),
      redisMs: cpuMsOf(redis.pid),
    };
  }
}
