import { runH2load } from '../h2load.ts';
import type { Pace } from '../load/load-plan.ts';
import type { Percentiles } from '../percentiles.ts';
import { cpuMsOf, memoryOf } from '../process-usage.ts';
import { countOf, RedisCounts } from '../redis-counts.ts';
import { CONNECTIONS, runLoad, runLossyLoad } from '../run-load.ts';
import type { Serving } from '../serve-curfew.ts';
import type { LoadTimes } from '../check/load-times.ts';
import { askOnce } from '../first-allow.ts';
import { checkRequestOf } from '../workload.ts';
import { SESSIONS } from './contest.ts';
import type { Entry } from './contest.ts';

export const IN_FLIGHT = 100;

/** The figures of one load of one server. Latencies in milliseconds. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly serverUs: number;
  readonly redisUs: number;
  readonly latency: Pick<Percentiles, 'mean' | 'p50' | 'p99' | 'p999' | 'max'>;
  readonly lateness: Pick<Percentiles, 'mean' | 'p50' | 'p99' | 'p999' | 'max'>;
  /** Shares of a core that the load and Redis used. */
  readonly loadShare: number;
  readonly redisShare: number;
  readonly noVerdict: number;
  readonly memoryMb: number;
}

const UNKNOWN = { mean: NaN, p50: NaN, p99: NaN, p999: NaN, max: NaN };

/** Our own load, which reads every answer. */
export async function ownLoad({ contender, serving }: Entry, pace: Pace): Promise<LoadFigures> {
  const { port, pid, redis } = serving;
  const run = contender.isRival ? runLossyLoad : runLoad;
  const load = await run({
    port,
    pace,
    sessions: SESSIONS,
    watched: { server: pid, redis: redis.pid },
  });
  const cpuMs = (name: string): number => load.cpuMs[name] ?? NaN;
  const perCheckUs = (ms: number): number => (ms * 1_000) / load.measured;
  return {
    perSecond: (load.measured * 1_000) / load.measuredMs,
    serverUs: perCheckUs(cpuMs('server')),
    redisUs: perCheckUs(cpuMs('redis')),
    latency: load.latency,
    lateness: load.lateness,
    loadShare: load.ownCpuMs / load.measuredMs,
    redisShare: cpuMs('redis') / load.measuredMs,
    noVerdict: load.answers.noVerdict,
    memoryMb: memoryOf(pid).nowMb,
  };
}

/**
 * The same check repeatedly, from an independent client. It reads only HTTP, so the check is also sent before and after
 * by our own client, and Redis must have run a script for each call.
 */
export async function h2load(serving: Serving, times: LoadTimes): Promise<LoadFigures> {
  const { port, pid, redis } = serving;
  const counts = new RedisCounts(redis.url);
  try {
    await mustAllow(port);
    const before = { commands: await counts.commands(), ...usage() };
    const load = await runH2load({
      port,
      connections: CONNECTIONS,
      streams: IN_FLIGHT / CONNECTIONS,
      warmUpS: Math.ceil(times.warmUpMs / 1_000),
      measuredS: Math.ceil(times.measuredMs / 1_000),
      checkRequest: checkRequestOf(0, 'raw'),
    });
    const after = { commands: await counts.commands(), ...usage() };
    await mustAllow(port);
    const { calls } = countOf(['evalsha'], before.commands, after.commands);
    if (load.failed > 0 || calls < load.measured) {
      throw new Error(`h2load had other answers: ${JSON.stringify({ load, scripts: calls })}`);
    }
    return {
      perSecond: load.perSecond,
      serverUs: ((after.serverMs - before.serverMs) * 1_000) / calls,
      redisUs: ((after.redisMs - before.redisMs) * 1_000) / calls,
      latency: { ...UNKNOWN, mean: load.meanMs },
      lateness: UNKNOWN,
      loadShare: NaN,
      redisShare: NaN,
      noVerdict: 0,
      memoryMb: memoryOf(pid).nowMb,
    };
  } finally {
    counts.close();
  }

  function usage() {
    return { serverMs: cpuMsOf(pid), redisMs: cpuMsOf(redis.pid) };
  }
}

async function mustAllow(port: number): Promise<void> {
  const answer = await askOnce(port, 0);
  if (answer !== 'allow') throw new Error(`the question of h2load is answered by ${answer}`);
}
