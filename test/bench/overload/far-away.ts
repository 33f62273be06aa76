import { writeKeyFile } from '../../support/files/key-file.ts';
import { startDelayingProxy } from '../../support/network/delaying-proxy.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { figure, figures } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { moveToCore } from '../on-core.ts';
import { inRounds, spreadOf } from '../rounds.ts';
import { warmUp } from '../run-load.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { SharedStore } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';
import { allowsPerSecond, closedLoop } from './overload-loads.ts';
import type { OverloadOptions } from './overload-loads.ts';

/** So many that a store 50 ms away does not limit the rate by itself. */
export const MANY_IN_FLIGHT = 500;
const AWAY_MS = [0, 5, 50];

/** A table of what is answered while the store is far away. */
export async function farAway(options: OverloadOptions): Promise<string> {
  const { program, say, rounds, firstWarmUpMs, times } = options;
  const redis = await startRedisServer();
  moveToCore('others', redis.pid);
  const keyFile = await writeKeyFile();
  try {
    const rows: string[][] = [];
    let without = NaN;
    for (const awayMs of AWAY_MS) {
      say(`a store ${awayMs} ms away`);
      // oxlint-disable no-await-in-loop -- one after the other
      const proxy = await startDelayingProxy(redis.port, awayMs / 2);
      const store: SharedStore = {
        redis,
        url: `redis://127.0.0.1:${proxy.port}`,
        keyPath: keyFile.path,
      };
      const served = await serveCurfew({ program, policy: benchPolicy(), store });
      try {
        await warmUp(served.port, firstWarmUpMs);
        const results = await inRounds(rounds, () => closedLoop(served, MANY_IN_FLIGHT, times));
        const perSecond = results.map(allowsPerSecond);
        if (awayMs === 0) without = spreadOf(perSecond).median;
        rows.push([
          `${awayMs} ms`,
          figures(perSecond),
          figures(perSecond.map((rate) => (100 * rate) / without)),
          figures(results.map(({ latencyOf }) => latencyOf.allow.p99)),
          figure(results.reduce((sum, { answers }) => sum + answers.noVerdict, 0)),
        ]);
      } finally {
        await served.stop();
        proxy.close();
      }
      // oxlint-enable no-await-in-loop
    }
    const header = ['store', 'allows a second', 'of those without delay, %', 'allow p99, ms'];
    return markdownTable([...header, 'no verdict'], rows);
  } finally {
    await keyFile.remove();
    await redis.stop();
  }
}
