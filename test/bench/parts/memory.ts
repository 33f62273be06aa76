import { setTimeout as sleep } from 'node:timers/promises';
import { partitionKeys, PARTITION_COUNT } from '../../../src/store/redis/store-keys.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { figure } from '../figures.ts';
import {
  ALONE,
  ending,
  forSessions,
  openBenchStore,
  openFor,
  opening,
  subjectOf,
} from '../fill-store.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Part } from '../part.ts';
import { RedisCounts } from '../redis-counts.ts';

const SESSIONS = { quick: 20_000, full: 1_000_000 } as const;
const SETTLE_MS = 2_000;
const PER_SUBJECT = 2;

/** The memory that sessions need in Redis. */
export const memory: Part = {
  name: 'memory',
  title: 'What sessions cost Redis',
  isKept: true,
  run: async ({ size, say }) => {
    const sessions = SESSIONS[size];
    const redis = await startRedisServer();
    const counts = new RedisCounts(redis.url);
    const opened = await openBenchStore(redis.url, ALONE);
    const { store, directory, close } = opened;
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
      await counts.client.flushall();
      say(`opening ${sessions} sessions of ${sessions / PER_SUBJECT} subjects`);
      const subject = (session: number) => subjectOf(Math.floor(session / PER_SUBJECT));
      await forSessions(sessions, (session) => openFor(opened, session, subject(session)));
      await assertNoted(opened, sessions - 1);
      await dropEvents(counts);
      const liveOfSubject = await settledMemory(counts);
      say(`ending ${sessions} sessions of subjects`);
      await forSessions(sessions, async (session) => {
        await store.end(ending(session));
        await directory.leave(subject(session), [ending(session).key]);
      });
      await dropEvents(counts);
      const endedOfSubject = await settledMemory(counts);
      const each = (bytes: number): string => figure(Math.round(bytes / sessions));
      return `Goal: at most 392 bytes for a live session, 560 with a subject and its index, and 260 for a
tombstone.

${markdownTable(
  ['of a million sessions', 'bytes each', 'MB in all'],
  [
    [
      'live, with its deadline entry and its time-to-live',
      each(live - empty),
      megabytes(live - empty),
    ],
    ['tombstone', each(ended - empty), megabytes(ended - empty)],
    [
      'live, with a subject and its entry in the index',
      each(liveOfSubject - empty),
      megabytes(liveOfSubject - empty),
    ],
    ['tombstone with a subject', each(endedOfSubject - empty), megabytes(endedOfSubject - empty)],
    ['events, full: 256 streams of about 1 000', '–', megabytes(withEvents - live)],
  ],
)}

${figure(sessions)} sessions of the source \`web\`, opened and then revoked through Curfew’s own store, then
the same with ${PER_SUBJECT} sessions for each subject. The
figures are differences of \`used_memory\`, everything that Redis has allocated, including keys and
its tables. The streams of events have a limit for any number of sessions: they have their own row,
and are in no other.`;
    } finally {
      await close();
      counts.close();
      await redis.stop();
    }
  },
};

/** Waits until Redis has finished resizing its tables. */
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

/** The figures are of records that have their subject. */
async function assertNoted({ directory }: OpenedStore, session: number): Promise<void> {
  const found = await directory.describe(ending(session).key);
  if (found?.record.subject === undefined) throw new Error('the subject was not noted');
}
