import type {
  DescribedSession,
  SessionDirectory,
  SubjectEntry,
} from '../../session/session-directory.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import { Turns } from './turns.ts';

/** Where a page ended, in the index of each subject key. */
export type SubjectPosition = Readonly<Record<string, Position>>;
type Position = Pick<SubjectEntry, 'key' | 'enteredAtMs'>;

export interface MergedPage {
  readonly entries: readonly SubjectEntry[];
  /** Where the next page begins; `undefined`: there is none. */
  readonly next: SubjectPosition | undefined;
}

/**
 * The sessions of a subject, the newest first, over the indexes of all its keys. There are several
 * only while server keys are replaced.
 */
export async function mergedPage(
  directory: Pick<SessionDirectory, 'subjectSessions'>,
  keys: readonly SubjectKey[],
  { after, limit }: { readonly after: SubjectPosition; readonly limit: number },
): Promise<MergedPage> {
  const pages = await Promise.all(
    keys.map(async (subject) => ({
      subject,
      ...(await directory.subjectSessions(subject, { after: after[subject], limit })),
    })),
  );
  const all = pages.flatMap(({ subject, entries }) => entries.map((entry) => ({ subject, entry })));
  const sorted = all.toSorted((one, other) => other.entry.enteredAtMs - one.entry.enteredAtMs);
  const taken = sorted.slice(0, limit);
  const ends = taken.map(
    ({ subject, entry: { key, enteredAtMs } }) => [subject, { key, enteredAtMs }] as const,
  );
  const hasMore = sorted.length > taken.length || pages.some(({ more }) => more);
  return {
    entries: taken.map(({ entry }) => entry),
    next: hasMore ? { ...after, ...Object.fromEntries(ends) } : undefined,
  };
}

/** How many sessions are looked at at once, by all calls, so that checks get their turns in between. */
const LOOKS_AT_ONCE_MAX = 32;
const looks = new Turns(LOOKS_AT_ONCE_MAX);

/** Sessions of an index that are there, with what is known of each. */
export async function describeAll<Entry extends { readonly key: SubjectEntry['key'] }>(
  directory: Pick<SessionDirectory, 'describe'>,
  entries: readonly Entry[],
): Promise<readonly (Entry & DescribedSession)[]> {
  const described = await Promise.all(
    entries.map(async (entry) => {
      const found = await looks.take(() => directory.describe(entry.key));
      return found && { ...entry, ...found };
    }),
  );
  return described.filter((one) => one !== undefined);
}
