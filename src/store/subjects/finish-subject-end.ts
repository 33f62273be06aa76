import { asError } from '../as-error.ts';
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
  /** Why some sessions could not be ended, such as those on a part of a Cluster that is down. */
  readonly fault?: Error;
}

/**
 * Ends what an end of a subject has to end: each session in the index, also where there is no record
 * yet, but the excepted one and those that entered later. Any replica may call this at any time,
 * also several at once: each session is ended by one of them. A session that cannot be ended holds up
 * no other one, and stays in the index.
 * @throws {StoreUnavailable} when the index cannot be read or tidied. The end stays pending.
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
  let fault: Error | undefined;
  let after: SubjectPageRequest['after'] = skipsNewer
    ? { key: FIRST_KEY, enteredAtMs: enteredUntilMs + 1 }
    : undefined;
  for (;;) {
    if (!mayGoOn()) return unfinished({ ended, enteredSince, fault });
    // oxlint-disable no-await-in-loop -- page after page, so that memory is bounded
    const page = await directory.subjectSessions(subject, { after, limit: PAGE });
    const due = page.entries.filter(({ enteredAtMs }) => enteredAtMs <= enteredUntilMs);
    const keys = due.map(({ key }) => key).filter((key) => key !== except);
    const results = await Promise.allSettled(keys.map(end));
    ended += results.filter((result) => result.status === 'fulfilled' && result.value).length;
    enteredSince += page.entries.length - due.length;
    fault ??= results.map(faultOf).find((found) => found !== undefined);
    const left = keys.filter((_, index) => results[index]?.status === 'fulfilled');
    await directory.leave(subject, left);
    // oxlint-enable no-await-in-loop
    after = page.entries.at(-1);
    if (!page.more || after === undefined) break;
  }
  if (fault !== undefined) return unfinished({ ended, enteredSince, fault });
  await directory.finishSubjectEnd(pending);
  return { ended, enteredSince, isFinished: true };
}

function unfinished({
  fault,
  ...counts
}: Pick<FinishedEnd, 'ended' | 'enteredSince'> & {
  readonly fault: Error | undefined;
}): FinishedEnd {
  return { ...counts, isFinished: false, ...(fault === undefined ? {} : { fault }) };
}

function faultOf(result: PromiseSettledResult<boolean>): Error | undefined {
  if (result.status === 'fulfilled') return undefined;
  return asError(result.reason, 'a session cannot be ended');
}
