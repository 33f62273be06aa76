import { randomBytes } from 'node:crypto';
import { keyFingerprint } from '../../../src/keys/session-names.ts';
import { createSubjectNames } from '../../../src/keys/subject-names.ts';
import type { SubjectEntry } from '../../../src/session/session-directory.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { figure, figures } from '../figures.ts';
import { benchSource, forSessions, openBenchStore, openFor, subjectOf } from '../fill-store.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Part } from '../part.ts';
import { percentilesOf } from '../percentiles.ts';
import { transportFlags } from '../serve-curfew.ts';
import { administer } from '../subjects/administer.ts';
import type { AdministerOptions } from '../subjects/administer.ts';
import { timesOfLists } from '../subjects/times-of-lists.ts';
import type { ListedPage, TimesOfLists } from '../subjects/times-of-lists.ts';

const SIZES = {
  quick: { others: 2_000, listed: 1_000, lists: 50, ended: 100, rounds: 1 },
  full: { others: 200_000, listed: 10_000, lists: 500, ended: 1_000, rounds: 9 },
} as const;
const PAGE = 50;
const SUBJECT = 'ann@example.com';

/** What it takes to list and to end the sessions of a subject. */
export const subjects: Part = {
  name: 'subjects',
  title: 'The sessions of a subject',
  isKept: true,
  run: async ({ size, program, transport, say }) => {
    const { others, listed, lists, ended, rounds } = SIZES[size];
    const secret = randomBytes(32);
    const many = createSubjectNames([secret])(SUBJECT).key;
    const keyFile = await writeKeyFile([secret]);
    const redis = await startRedisServer();
    const opened = await openBenchStore(redis.url, { fingerprint: keyFingerprint(secret) });
    try {
      say(`opening ${others + listed} sessions`);
      await forSessions(others, (session) => openFor(opened, session, subjectOf(session >> 1)));
      await forSessions(listed, (session) => openFor(opened, others + session, many));
      say('listing');
      const inStore = await timesOfLists(lists, async (after: SubjectEntry | undefined) =>
        describedPage(opened, many, after),
      );
      say('listing over HTTP');
      const overHttp = await timesOverHttp(lists, {
        program,
        flags: transportFlags(transport),
        store: { redis, keyPath: keyFile.path },
        page: PAGE,
      });
      const endMs: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        say(`ending, round ${round + 1} of ${rounds}`);
        const subject = subjectOf(others + round);
        const first = others + listed + round * ended;
        // oxlint-disable no-await-in-loop -- one round after the other
        await forSessions(ended, (session) => openFor(opened, first + session, subject));
        const startedAtMs = performance.now();
        await endAll(opened, subject, ended);
        // oxlint-enable no-await-in-loop
        endMs.push(performance.now() - startedAtMs);
      }
      return `Goal: listing ${PAGE} of a subject's ${figure(listed)} below 20 ms; ending ${figure(ended)} below a second.

${markdownTable(
  ['list, ms', 'p50', 'p99'],
  [
    [`the ${PAGE} newest, over HTTP`, ...rowOf(overHttp.newest)],
    [`${PAGE} anywhere, over HTTP`, ...rowOf(overHttp.anywhere)],
    [`the ${PAGE} newest, at the store alone`, ...rowOf(inStore.newest)],
    [`${PAGE} anywhere, at the store alone`, ...rowOf(inStore.anywhere)],
  ],
)}

${markdownTable(['end, ms', ''], [[`a subject with ${figure(ended)} sessions`, figures(endMs)]])}

The lists are ${figure(lists)} of each kind, one after the other, of a subject with ${figure(listed)} sessions beside
${figure(others)} sessions of other subjects; each answers the record of each session. Over HTTP: a viewer
with a token, on one connection to the administration of a real \`curfew serve\`, from the call to the
parsed JSON. The newest page also says what holds for the subject. The other rows are Curfew’s own
store, on one connection.`;
    } finally {
      await opened.close();
      await redis.stop();
      await keyFile.remove();
    }
  },
};

async function timesOverHttp(count: number, options: AdministerOptions): Promise<TimesOfLists> {
  const administered = await administer(SUBJECT, options);
  try {
    return await timesOfLists(count, administered.list);
  } finally {
    await administered.stop();
  }
}

/** A page as administration answers it, without its listener. */
async function describedPage(
  { directory }: OpenedStore,
  subject: SubjectKey,
  after: SubjectEntry | undefined,
): Promise<ListedPage<SubjectEntry>> {
  const { entries, more } = await directory.subjectSessions(subject, { after, limit: PAGE });
  const found = await Promise.all(entries.map(async ({ key }) => directory.describe(key)));
  if (found.some((session) => session === undefined)) throw new Error('a session is missing');
  return { next: more ? entries.at(-1) : undefined };
}

async function endAll(opened: OpenedStore, subject: SubjectKey, sessions: number): Promise<void> {
  const { retentionMs } = benchSource();
  const found = await endSubject(opened, { subjects: [subject], by: 'revoked', retentionMs });
  if (found.ended !== sessions) throw new Error(`ended ${found.ended} of ${sessions}`);
}

function rowOf(times: readonly number[]): readonly string[] {
  const { p50, p99 } = percentilesOf(times);
  return [figure(p50), figure(p99)];
}
