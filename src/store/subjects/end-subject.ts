import type { SessionDirectory, SubjectEndRequest } from '../../session/session-directory.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import { finishSubjectEnd } from './finish-subject-end.ts';
import type { SubjectEndPorts } from './finish-subject-end.ts';

/** What it needs of the store, on one connection. */
export interface EndSubjectPorts extends SubjectEndPorts {
  readonly directory: SubjectEndPorts['directory'] & Pick<SessionDirectory, 'beginSubjectEnd'>;
}

export interface EndSubjectRequest extends Omit<SubjectEndRequest, 'subject'> {
  /** The subject, under each server key that is in use. */
  readonly subjects: readonly SubjectKey[];
}

/** What came of ending the sessions of a subject. */
export interface SubjectEnded {
  /** When it began. Logins before it are over, and a lock holds from then on. */
  readonly startedAtMs: number;
  /** Sessions that this call ended. */
  readonly ended: number;
  /** Sessions that go on because they entered later than was asked for. */
  readonly enteredSince: number;
}

/**
 * Ends the sessions of a subject, also those that are being opened. First it is noted under every
 * key that this is pending. If this process dies, or the store fails, any sweeper does the rest.
 * @throws {StoreUnavailable} when the store fails; what has not been ended is pending then
 */
export async function endSubject(
  ports: EndSubjectPorts,
  request: EndSubjectRequest,
): Promise<SubjectEnded> {
  const { subjects, ...rest } = request;
  const begun = await Promise.all(
    subjects.map(async (subject) => ports.directory.beginSubjectEnd({ ...rest, subject })),
  );
  let ended = 0;
  let enteredSince = 0;
  for (const pending of begun) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, to leave room for checks
    const done = await finishSubjectEnd(ports, pending, { retentionMs: request.retentionMs });
    if (done.fault !== undefined) throw done.fault;
    ended += done.ended;
    enteredSince += done.enteredSince;
  }
  const startedAtMs = Math.min(...begun.map((pending) => pending.startedAtMs));
  return { startedAtMs, ended, enteredSince };
}
