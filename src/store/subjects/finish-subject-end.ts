import type {
  PendingEnd,
  SessionDirectory,
  SubjectPageRequest,
} from '../../session/session-directory.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { SessionStore } from '../../session/session-store.ts';

/** Entries of the index that are ended together. */
const PAGE = 100;
/** Comes before every key. */
const FIRST_KEY = '' as SessionKey;

/** What an end of a subject needs of the store. */
export interface SubjectEndPorts {
  readonly store: Pick<SessionStore, 'end'>;
  readonly directory: Pick<SessionDirectory, 'subjectSessions' | 'leave' | 'finishSubjectEnd'>;
}

export interface FinishOptions {
  /** How long a tombstone is kept of a session that has not opened yet. */
  readonly retentionMs: number;
  /**
   * Leaves out the entries that are newer than what is to be ended, and counts none of them. So a
   * call that is cut short again and again gets on, however many sessions enter meanwhile.
   */
  readonly skipsNewer?: boolean;
  /** Asked before each page: whether there is still time. By default there is. */
  mayGoOn?(): boolean;
}

/** What came of it. An end that is not finished stays pending, for the sweeper. */
export interface FinishedEnd {
  /** Sessions that this call ended. Those that had not opened yet are not counted. */
  readonly ended: number;
  /** Sessions that go on because they entered later than the end asks for. */
  readonly enteredSince: number;
  readonly isFinished: boolean;
}

/**
 * Ends what an end of a subject has to end: each session in the index, also where there is no record
 * yet, but the excepted one and those that entered later. Any replica may call this at any time,
 * also several at once: each session is ended by one of them.
 * @throws {StoreUnavailable} The end stays pending.
 */
export async function finishSubjectEnd(
  { store, directory }: SubjectEndPorts,
  pending: PendingEnd,
  { retentionMs, skipsNewer = false, mayGoOn = () => true }: FinishOptions,
): Promise<FinishedEnd> {
  const { subject, by, except, enteredUntilMs } = pending;
  const source = { source: undefined, retentionMs };
  const end = async (key: SessionKey): Promise<boolean> => {
    const outcome = await store.end({ key, source, by, unknown: 'tombstone', subject });
    return outcome.kind === 'ended' && !outcome.wasUnknown;
  };
  let ended = 0;
  let enteredSince = 0;
  let after: SubjectPageRequest['after'] = skipsNewer
    ? { key: FIRST_KEY, enteredAtMs: enteredUntilMs + 1 }
    : undefined;
  for (;;) {
    if (!mayGoOn()) return { ended, enteredSince, isFinished: false };
    // oxlint-disable no-await-in-loop -- page after page, so that memory is bounded
    const page = await directory.subjectSessions(subject, { after, limit: PAGE });
    const due = page.entries.filter(({ enteredAtMs }) => enteredAtMs <= enteredUntilMs);
    const keys = due.map(({ key }) => key).filter((key) => key !== except);
    const results = await Promise.all(keys.map(end));
    ended += results.filter(Boolean).length;
    enteredSince += page.entries.length - due.length;
    await directory.leave(subject, keys);
    // oxlint-enable no-await-in-loop
    after = page.entries.at(-1);
    if (!page.more || after === undefined) break;
  }
  await directory.finishSubjectEnd(pending);
  return { ended, enteredSince, isFinished: true };
}
