import type {
  PendingEnd,
  SubjectEndRequest,
  SubjectState,
  UnlockedSubject,
  UnlockRequest,
} from '../../../session/session-directory.ts';
import { StoreOverloaded } from '../../../session/session-store.ts';
import type { SubjectKey } from '../../../session/subject-key.ts';
import { lockOf } from '../../../session/subject-marks.ts';
import type { LockMark } from '../../../session/subject-marks.ts';
import { fieldsOf, integerOf, textsOf } from '../read-reply.ts';
import { durationWord, milliseconds } from '../script-words.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { isSessionKey, PARTITION_COUNT, partitionKeys, partitionOfSubject } from '../store-keys.ts';
import { indexOf, prefixOf } from './index-entry.ts';
import { pendingMember, pendingOf, readPending } from './pending-ends.ts';

const REASON_MAX = 200;
/** Pending ends of one partition that are looked at for the state of a subject. */
const PENDING_SEEN_MAX = 200;
const PARTITIONS_AT_ONCE = 32;

/** Ends and locks of subjects, in Redis. */
export class SubjectEnds {
  readonly #connection: ScriptRunner;

  constructor(connection: ScriptRunner) {
    this.#connection = connection;
  }

  async state(subject: SubjectKey): Promise<SubjectState> {
    const { marks, pending } = partitionOfSubject(subject);
    const [fields, ends, nowMs] = await Promise.all([
      this.#connection.read('HMGET', marks(subject), 'b', 'l', 't', 'r'),
      this.#connection.read('ZRANGE', pending, '0', `${PENDING_SEEN_MAX}`),
      this.#connection.time(pending),
    ]);
    const [notBefore = null, ...lock] = fieldsOf(fields);
    const notBeforeMs = notBefore === null ? undefined : integerOf(notBefore);
    return {
      nowMs,
      notBeforeMs,
      lock: lockOf({ notBeforeMs, lock: lockMarkOf(lock) }, nowMs),
      pending: textsOf(ends)
        .map(pendingOf)
        .filter((end) => end.subject === subject),
    };
  }

  /** @throws {StoreOverloaded} when too many ends are pending */
  async begin(request: SubjectEndRequest): Promise<PendingEnd> {
    const { subject, by, except, lock } = request;
    const { events, marks, pending } = partitionOfSubject(subject);
    if (except !== undefined && !isSessionKey(except)) throw new TypeError('not a session key');
    if ((lock?.reason?.length ?? 0) > REASON_MAX) throw new TypeError('too long a reason');
    const keys = [indexOf(subject), marks(subject), pending, events];
    const args = [
      subject,
      String(prefixOf(subject)),
      by,
      except ?? '-',
      durationWord(request.enteredUntilMs),
      lock?.lastsMs === 'forever' ? lock.lastsMs : durationWord(lock?.lastsMs),
      lock?.reason ?? '',
      durationWord(request.startedAtMs),
      milliseconds(request.retentionMs),
    ];
    const words = ['begun', 'full'] as const;
    const reply = await this.#connection.run('begin', keys, args, words);
    if (reply.word === 'full') throw new StoreOverloaded('too many ends of subjects are pending');
    const [startedAt, enteredUntil] = reply.words;
    const enteredUntilMs = integerOf(enteredUntil);
    return { subject, startedAtMs: integerOf(startedAt), by, except, enteredUntilMs };
  }

  async finish(end: PendingEnd): Promise<void> {
    const { pending } = partitionOfSubject(end.subject);
    await this.#connection.read('ZREM', pending, pendingMember(end));
  }

  async unlock({ subject, atMs, retentionMs }: UnlockRequest): Promise<UnlockedSubject> {
    const keys = [partitionOfSubject(subject).marks(subject)];
    const args = [durationWord(atMs), milliseconds(retentionMs)];
    const { words } = await this.#connection.run('unlock', keys, args, ['ok'] as const);
    return { ...(await this.state(subject)), unlockedAtMs: integerOf(words[0]) };
  }

  async pending(olderThanMs: number, max: number): Promise<readonly PendingEnd[]> {
    const untilMs = (await this.#connection.time()) - olderThanMs;
    const found: PendingEnd[] = [];
    for (let from = 0; from < PARTITION_COUNT && found.length < max; from += PARTITIONS_AT_ONCE) {
      const some = Array.from({ length: PARTITIONS_AT_ONCE }, async (_, step) =>
        readPending(this.#connection, partitionKeys(from + step), untilMs, max),
      );
      // oxlint-disable-next-line no-await-in-loop -- one group after another, to leave room for checks
      found.push(...(await Promise.all(some)).flat());
    }
    return found.slice(0, max);
  }
}

function lockMarkOf([until, changedAt, reason]: readonly (string | null)[]): LockMark | undefined {
  if (typeof until !== 'string' || typeof changedAt !== 'string') return undefined;
  const isWord = until === 'forever' || until === 'unlocked';
  return {
    changedAtMs: integerOf(changedAt),
    untilMs: isWord ? until : integerOf(until),
    reason: typeof reason === 'string' && reason !== '' ? reason : undefined,
  };
}
