import { setTimeout as sleep } from 'node:timers/promises';
import { figure } from '../figures.ts';
import { forSessions, openBenchStore, opening } from '../fill-store.ts';
import { markdownTable } from '../markdown-table.ts';
import type { BenchOptions } from '../part.ts';
import { RedisCounts } from '../redis-counts.ts';
import { serveCurfew } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';

const SIZES = {
  quick: { sessions: 1_000, settlingMs: 15_000, measuredMs: 10_000 },
  full: { sessions: 10_000, settlingMs: 60_000, measuredMs: 60_000 },
} as const;

/** What one replica asks of its Redis while nothing happens and nothing is due. */
export async function idlePolling({ size, program, say }: BenchOptions): Promise<string> {
  const { sessions, settlingMs, measuredMs } = SIZES[size];
  say(`idle for ${(settlingMs + measuredMs) / 1_000} s`);
  const served = await serveCurfew({ program, policy: benchPolicy() });
  const counts = new RedisCounts(served.redis.url);
  try {
    const { store, close } = await openBenchStore(served.redis.url, 'nothing');
    await forSessions(sessions, async (session) => store.open(opening(session, undefined)));
    await close();
    const look = async () => ({
      sent: await served.metric('curfew_store_call_duration_seconds_count'),
      run: [...(await counts.commands()).values()].reduce((sum, { calls }) => sum + calls, 0),
    });
    await sleep(settlingMs);
    const before = await look();
    await sleep(measuredMs);
    const after = await look();
    const perSecond = (calls: number): string => figure(calls / (measuredMs / 1_000));
    return markdownTable(
      [`an idle replica, ${figure(sessions)} sessions, none due`, 'a second'],
      [
        ['commands that it sends', perSecond(after.sent - before.sent)],
        [
          'commands that Redis runs, those within scripts included',
          perSecond(after.run - before.run),
        ],
      ],
    );
  } finally {
    counts.close();
    await served.stop();
  }
}
