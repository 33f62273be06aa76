import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import type { SubjectEntry } from '../../../src/session/session-directory.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { figure, figures } from '../figures.ts';
import { benchSource, forSessions, openBenchStore, openFor, subjectOf } from '../fill-store.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Part } from '../part.ts';
import { percentilesOf } from '../percentiles.ts';

const SIZES = {
  quick: { others: 2_000, listed: 1_000, lists: 50, ended: 100, rounds: 1 },
  full: { others: 200_000, listed: 10_000, lists: 500, ended: 1_000, rounds: 9 },
} as const;
const PAGE = 50;
const PER_SUBJECT = 2;

/** What it takes to list and to end the sessions of a subject. */
export const subjects: Part = {
  name: 'subjects',
  title: 'The sessions of a subject',
  isKept: true,
  run: async ({ size, say }) => {
    const { others, listed, lists, ended, rounds } = SIZES[size];
    const redis = await startRedisServer();
    const opened = await openBenchStore(redis.url);
    try {
      say(`opening ${others + listed} sessions`);
      await forSessions(others, (session) =>
        openFor(opened, session, subjectOf(1 + Math.floor(session / PER_SUBJECT))),
      );
      const many = subjectOf(0);
      await forSessions(listed, (session) => openFor(opened, others + session, many));
      say('listing');
      const newest = await timesOf(lists, async () => describedPage(opened, undefined));
      const places = await everyPage(opened);
      const anywhere = await timesOf(lists, async (list) =>
        describedPage(opened, places[(list * 7) % places.length]),
      );
      const endMs: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        say(`ending, round ${round + 1} of ${rounds}`);
        const subject = subjectOf(others + round + 1);
        const first = others + listed + round * ended;
        // oxlint-disable no-await-in-loop -- one round after the other
        await forSessions(ended, (session) => openFor(opened, first + session, subject));
        const [ms = NaN] = await timesOf(1, () => endAll(opened, subject, ended));
        // oxlint-enable no-await-in-loop
        endMs.push(ms);
      }
      return `Goal: listing ${PAGE} of a subject's ${figure(listed)} below 20 ms; ending ${figure(ended)} below a second.

${markdownTable(
  ['', 'ms'],
  [
    [`list the ${PAGE} newest, median`, figure(percentilesOf(newest).p50)],
    [`– p99 of ${figure(lists)}`, figure(percentilesOf(newest).p99)],
    [`list ${PAGE} anywhere, median`, figure(percentilesOf(anywhere).p50)],
    [`– p99 of ${figure(lists)}`, figure(percentilesOf(anywhere).p99)],
    [`end a subject with ${figure(ended)} sessions`, figures(endMs)],
  ],
)}

Through Curfew’s own store, on one connection, beside ${figure(others)} sessions of other subjects. A list
has the record of each session.`;
    } finally {
      await opened.close();
      await redis.stop();
    }
  },
};

/** A page as administration answers it. */
async function describedPage(
  { directory }: OpenedStore,
  after: SubjectEntry | undefined,
): Promise<void> {
  const { entries } = await directory.subjectSessions(subjectOf(0), { after, limit: PAGE });
  const found = await Promise.all(entries.map(async ({ key }) => directory.describe(key)));
  if (found.some((session) => session === undefined)) throw new Error('a session is missing');
}

/** The last entries of all pages but the last one. */
async function everyPage({ directory }: OpenedStore): Promise<readonly SubjectEntry[]> {
  const places: SubjectEntry[] = [];
  let after: SubjectEntry | undefined;
  for (let more = true; more;) {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other
    const page = await directory.subjectSessions(subjectOf(0), { after, limit: PAGE });
    after = page.entries.at(-1);
    ({ more } = page);
    if (more && after !== undefined) places.push(after);
  }
  return places;
}

async function endAll(
  opened: OpenedStore,
  subject: ReturnType<typeof subjectOf>,
  sessions: number,
): Promise<void> {
  const { retentionMs } = benchSource();
  const found = await endSubject(opened, { subjects: [subject], by: 'revoked', retentionMs });
  if (found.ended !== sessions) throw new Error(`ended ${found.ended} of ${sessions}`);
}

async function timesOf(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAtMs = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await work(index);
    times.push(performance.now() - startedAtMs);
  }
  return times;
}
