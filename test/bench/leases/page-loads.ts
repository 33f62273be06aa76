import type { PagesPace } from '../load/load-plan.ts';
import { memoryOf } from '../process-usage.ts';
import { countOf, RedisCounts } from '../redis-counts.ts';
import { runLoad, runLossyLoad } from '../run-load.ts';
import type { Contender } from '../rivals/contender.ts';
import type { Serving } from '../serve-curfew.ts';

/** Users who each load a page of fifty requests every 2.5 s, six at a time: 20 requests a second each. */
export const USERS = 50;
export const PAGE = { kind: 'pages', everyMs: 2_500, callsEach: 50, atOnce: 6 } as const;

/** The figures of one server in one round of page loads. */
export interface PageFigures {
  readonly serverUs: number;
  readonly redisUs: number;
  /** EVALSHA and EVAL a check, also those that no check asked for. */
  readonly scripts: number;
  readonly p50: number;
  readonly p99: number;
  readonly memoryMb: number;
  readonly noVerdict: number;
}

export async function pageLoad(
  { isRival }: Pick<Contender, 'isRival'>,
  { port, pid, redis }: Serving,
  times: Pick<PagesPace, 'warmUpMs' | 'measuredMs'>,
): Promise<PageFigures> {
  const counts = new RedisCounts(redis.url);
  try {
    const run = isRival ? runLossyLoad : runLoad;
    const before = await counts.commands();
    const load = await run({
      port,
      sessions: USERS,
      pace: { ...PAGE, ...times },
      watched: { server: pid, redis: redis.pid },
    });
    const after = await counts.commands();
    const perCheckUs = (ms: number | undefined): number => ((ms ?? NaN) * 1_000) / load.measured;
    const scripts = countOf(['evalsha', 'eval'], before, after).calls;
    const checks = Object.values(load.answers).reduce((sum, count) => sum + count, 0);
    return {
      serverUs: perCheckUs(load.cpuMs['server']),
      redisUs: perCheckUs(load.cpuMs['redis']),
      scripts: scripts / checks,
      p50: load.latency.p50,
      p99: load.latency.p99,
      memoryMb: memoryOf(pid).nowMb,
      noVerdict: load.answers.noVerdict,
    };
  } finally {
    counts.close();
  }
}
