import type { AdminDependencies } from '../admin-dependencies.ts';
import type { CallNotes } from '../call-notes.ts';
import type { SessionItem } from '../sessions/session-schema.ts';
import { sessionItem } from '../sessions/session-view.ts';
import { cursorOf, positionIn } from '../wire/page-request.ts';
import type { PageRequest } from '../wire/page-request.ts';
import { namedSubject } from './subject-names.ts';
import { describeAll, mergedPage } from './subject-pages.ts';
import type { SubjectPosition } from './subject-pages.ts';
import { subjectStateView } from './subject-schema.ts';
import type { SubjectStateView } from './subject-schema.ts';
import { wholeSubjectState } from './subject-state.ts';

interface SubjectList {
  readonly subject?: SubjectStateView | undefined;
  readonly sessions: readonly SessionItem[];
  readonly cursor?: string | undefined;
}

/** A page of the sessions of a subject, the newest first; before the first one, what holds for it. */
export async function listOfSubject(
  deps: AdminDependencies,
  notes: CallNotes,
  name: string,
  { cursor, limit }: PageRequest,
): Promise<SubjectList> {
  const { directory } = deps.administration;
  const { keys, tag } = namedSubject(deps, notes, name);
  const seals = deps.seals('cursor');
  const place = ['subject', name];
  const nowMs = deps.proof.clock.wallMs();
  const after =
    cursor === undefined ? {} : (positionIn(seals, cursor, place, nowMs) as SubjectPosition);
  const [page, state] = await Promise.all([
    mergedPage(directory, keys, { after, limit }),
    cursor === undefined ? wholeSubjectState(directory, keys) : undefined,
  ]);
  const found = await describeAll(directory, page.entries);
  return {
    subject: state && subjectStateView(tag, state),
    sessions: found.map(sessionItem),
    cursor: page.next && cursorOf(seals, page.next, place, nowMs),
  };
}
