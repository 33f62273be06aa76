import { setTimeout as sleep } from 'node:timers/promises';
import { partitionKeys, PARTITION_COUNT } from '../../../src/store/store-keys.ts';
import { startRedisServer } from '../../support/redis-server.ts';
import { figure } from '../figures.ts';
import { ending, forSessions, openBenchStore, opening } from '../fill-store.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Part } from '../part.ts';
import { RedisCounts } from '../redis-counts.ts';

const SESSIONS = { quick: 20_000, full: 1_000_000 } as const;
const SETTLE_MS = 2_000;

/** What sessions cost Redis. */
export const memory: Part = {
  name: 'memory',
  title: 'What sessions cost Redis',
  isKept: true,
  run: async ({ size, say }) => {
    const sessions = SESSIONS[size];
    const redis = await startRedisServer();
    const counts = new RedisCounts(redis.url);
    const store = await openBenchStore(redis.url);
    try {
      const empty = await counts.usedMemory();
      say(`opening ${sessions} sessions`);
      await forSessions(sessions, (session) => store.open(opening(session, undefined)));
      const withEvents = await settledMemory(counts);
      await dropEvents(counts);
      const live = await settledMemory(counts);
      say(`ending ${sessions} sessions`);
      await forSessions(sessions, (session) => store.end(ending(session)));
      await dropEvents(counts);
      const ended = await settledMemory(counts);
      const each = (bytes: number): string => figure(Math.round(bytes / sessions));
      return `Aim: at most 380 bytes for a live session and 220 for a tombstone.

${markdownTable(
  ['of a million sessions', 'bytes each', 'MB in all'],
  [
    [
      'live, with its deadline entry and its time-to-live',
      each(live - empty),
      megabytes(live - empty),
    ],
    ['tombstone', each(ended - empty), megabytes(ended - empty)],
    ['events, full: 256 streams of about 1 000', '–', megabytes(withEvents - live)],
  ],
)}

${figure(sessions)} sessions of the source \`web\`, opened and then revoked through Curfew’s own store: differences of
\`used_memory\`, which is all that Redis has allocated, keys and its tables included. The streams of events are bounded,
however many sessions there are: they are a row of their own and in no other.`;
    } finally {
      await store.close();
      counts.close();
      await redis.stop();
    }
  },
};

/** When tables that have grown or shrunk are in their final place. */
async function settledMemory(counts: RedisCounts): Promise<number> {
  await sleep(SETTLE_MS);
  return counts.usedMemory();
}

async function dropEvents({ client }: RedisCounts): Promise<void> {
  for (let index = 0; index < PARTITION_COUNT; index += 1) {
    await client.del(partitionKeys(index).events); // oxlint-disable-line no-await-in-loop
  }
}

function megabytes(bytes: number): string {
  return figure(bytes / 1_000_000);
}
