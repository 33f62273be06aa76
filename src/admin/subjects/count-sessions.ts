import type { SessionDirectory } from '../../session/session-directory.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import { describeAll, mergedPage } from './subject-pages.ts';
import type { SubjectPosition } from './subject-pages.ts';

const PAGE = 200;
/** More are not counted one by one. */
export const COUNTED_MAX = 10_000;

export interface CountedSessions {
  /** Live ones that entered until then. */
  readonly until: number;
  /** Live ones that entered later. */
  readonly later: number;
  /** The sources that they belong to. */
  readonly sources: ReadonlySet<string>;
}

/**
 * Counts the live sessions of a subject.
 * @param except one that is not counted
 * @param untilMs separates early sessions from later ones; `Infinity`: all are early
 */
export async function countSessions(
  directory: Pick<SessionDirectory, 'subjectSessions' | 'describe'>,
  keys: readonly SubjectKey[],
  { except, untilMs }: { readonly except: SessionKey | undefined; readonly untilMs: number },
): Promise<CountedSessions> {
  let [until, later, examined] = [0, 0, 0];
  const sources = new Set<string>();
  let after: SubjectPosition | undefined = {};
  while (after !== undefined && examined < COUNTED_MAX) {
    // oxlint-disable no-await-in-loop -- page after page, so that memory is bounded
    const page = await mergedPage(directory, keys, { after, limit: PAGE });
    const described = await describeAll(directory, page.entries);
    // oxlint-enable no-await-in-loop
    examined += page.entries.length;
    after = page.next;
    for (const { key, record, enteredAtMs } of described) {
      if (record.kind !== 'live' || key === except) continue;
      sources.add(record.source);
      if (enteredAtMs <= untilMs) until += 1;
      else later += 1;
    }
  }
  return { until, later, sources };
}
