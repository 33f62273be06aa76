import type { AdminDependencies } from '../admin-dependencies.ts';
import type { CallNotes } from '../call-notes.ts';
import { describeAll } from '../subjects/subject-pages.ts';
import { cursorOf, positionIn } from '../wire/page-request.ts';
import type { PageRequest } from '../wire/page-request.ts';
import { knownSource } from './known-source.ts';
import type { SessionItem } from './session-schema.ts';
import { sessionItem } from './session-view.ts';

/** A page of the sessions of a source. */
export async function listOfSource(
  deps: AdminDependencies,
  notes: CallNotes,
  name: string,
  { cursor, limit }: PageRequest,
): Promise<{ readonly sessions: readonly SessionItem[]; readonly cursor?: string | undefined }> {
  const { source } = knownSource(deps.policies().policies, name);
  notes.source = source.name;
  const { directory } = deps.administration;
  const seals = deps.seals('cursor');
  const place = ['source', source.name];
  const nowMs = deps.proof.clock.wallMs();
  const position =
    cursor === undefined ? undefined : (positionIn(seals, cursor, place, nowMs) as string);
  const page = await directory.sourceSessions(source.name, { cursor: position, limit });
  const found = await describeAll(
    directory,
    page.keys.map((key) => ({ key })),
  );
  return {
    sessions: found.filter(({ record }) => record.kind === 'live').map(sessionItem),
    cursor: page.cursor === undefined ? undefined : cursorOf(seals, page.cursor, place, nowMs),
  };
}
