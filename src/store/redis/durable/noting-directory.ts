import type {
  PendingEnd,
  SessionDirectory,
  SubjectEndRequest,
  UnlockedSubject,
  UnlockRequest,
} from '../../../session/session-directory.ts';
import type { Ledger, NotedCall } from './ledger.ts';
import { UNWATCHED } from './unconfirmed-notes.ts';
import type { NoteWatch } from './unconfirmed-notes.ts';

/** A directory that notes ends of subjects, locks and unlocks in a ledger. */
export function notingDirectory(
  directory: SessionDirectory,
  ledger: Ledger,
  watch: NoteWatch = UNWATCHED,
): SessionDirectory {
  return {
    ...passedOn(directory),
    beginSubjectEnd: async (request: SubjectEndRequest): Promise<PendingEnd> => {
      const since = watch.sending();
      const name = ledger.note({ kind: 'subject_end', request });
      const pending = await directory.beginSubjectEnd(request);
      const { startedAtMs, enteredUntilMs } = pending;
      const call: NotedCall = {
        kind: 'subject_end',
        request: { ...request, startedAtMs, enteredUntilMs },
      };
      ledger.settle(name, call);
      watch.answered(name, call, since);
      return pending;
    },
    unlock: async (request: UnlockRequest): Promise<UnlockedSubject> => {
      const since = watch.sending();
      const name = ledger.note({ kind: 'unlock', request });
      const state = await directory.unlock(request);
      const call: NotedCall = {
        kind: 'unlock',
        request: { ...request, atMs: state.unlockedAtMs },
      };
      ledger.settle(name, call);
      watch.answered(name, call, since);
      return state;
    },
  };
}

/** Everything that changes nothing of what has to last. */
function passedOn(
  directory: SessionDirectory,
): Omit<SessionDirectory, 'beginSubjectEnd' | 'unlock'> {
  return {
    describe: async (key) => directory.describe(key),
    keysWithTag: async (tag, max) => directory.keysWithTag(tag, max),
    enter: async (entry) => directory.enter(entry),
    attach: async (request) => directory.attach(request),
    subjectState: async (subject) => directory.subjectState(subject),
    subjectSessions: async (subject, page) => directory.subjectSessions(subject, page),
    finishSubjectEnd: async (end) => directory.finishSubjectEnd(end),
    leave: async (subject, keys) => directory.leave(subject, keys),
    pendingSubjects: async (request) => directory.pendingSubjects(request),
    sourceSessions: async (source, page) => directory.sourceSessions(source, page),
    activeSessions: async () => directory.activeSessions(),
    reviewIndex: async (cursor, examinedMax) => directory.reviewIndex(cursor, examinedMax),
  };
}
