import type {
  AttachOutcome,
  AttachRequest,
  DescribedSession,
  EnterOutcome,
  EnterRequest,
  IndexReviewed,
  PendingEnd,
  SessionDirectory,
  SourcePage,
  SourcePageRequest,
  SubjectEndRequest,
  SubjectPage,
  SubjectPageRequest,
  SubjectState,
  UnlockedSubject,
  UnlockRequest,
} from '../../../session/session-directory.ts';
import type { SessionKey, SessionTag } from '../../../session/session-key.ts';
import type { SubjectKey } from '../../../session/subject-key.ts';
import type { Capabilities } from '../../capabilities.ts';
import { subjectNameWord, subjectWord } from '../script-words.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { partitionOf } from '../store-keys.ts';
import { IndexReview } from './index-review.ts';
import { SessionSearch } from './session-search.ts';
import { SubjectEnds } from './subject-ends.ts';
import { SubjectIndex } from './subject-index.ts';

const ATTACH_WORDS = ['attached', 'same', 'other', 'unknown'] as const;

/** The directory of the Redis store. */
export class RedisDirectory implements SessionDirectory {
  readonly #connection: ScriptRunner;
  readonly #capabilities: Capabilities;
  readonly #search: SessionSearch;
  readonly #index: SubjectIndex;
  readonly #ends: SubjectEnds;
  readonly #review: IndexReview;

  constructor(connection: ScriptRunner, capabilities: Capabilities) {
    this.#connection = connection;
    this.#capabilities = capabilities;
    this.#search = new SessionSearch(connection);
    this.#index = new SubjectIndex(connection);
    this.#ends = new SubjectEnds(connection);
    this.#review = new IndexReview(connection);
  }

  async describe(key: SessionKey): Promise<DescribedSession | undefined> {
    return this.#search.describe(key);
  }

  async keysWithTag(tag: SessionTag, max: number): Promise<readonly SessionKey[]> {
    return this.#search.keysWithTag(tag, max);
  }

  async enter(request: EnterRequest): Promise<EnterOutcome> {
    return this.#index.enter(request);
  }

  async attach({ key, subject, subjectName }: AttachRequest): Promise<AttachOutcome> {
    if (!this.#capabilities.allCan('subjects')) return 'unknown';
    const keys = [partitionOf(key).session(key)];
    const args = [subjectWord(subject), subjectNameWord(subjectName)];
    const { word } = await this.#connection.run('attach', keys, args, ATTACH_WORDS);
    return word;
  }

  async subjectState(subject: SubjectKey): Promise<SubjectState> {
    return this.#ends.state(subject);
  }

  async subjectSessions(subject: SubjectKey, page: SubjectPageRequest): Promise<SubjectPage> {
    return this.#index.page(subject, page);
  }

  async beginSubjectEnd(request: SubjectEndRequest): Promise<PendingEnd> {
    return this.#ends.begin(request);
  }

  async finishSubjectEnd(end: PendingEnd): Promise<void> {
    await this.#ends.finish(end);
  }

  async leave(subject: SubjectKey, keys: readonly SessionKey[]): Promise<void> {
    await this.#index.leave(subject, keys);
  }

  async unlock(request: UnlockRequest): Promise<UnlockedSubject> {
    return this.#ends.unlock(request);
  }

  async pendingSubjects(request: {
    readonly olderThanMs: number;
    readonly max: number;
  }): Promise<readonly PendingEnd[]> {
    return this.#ends.pending(request.olderThanMs, request.max);
  }

  async sourceSessions(source: string, page: SourcePageRequest): Promise<SourcePage> {
    return this.#search.sourceSessions(source, page);
  }

  async activeSessions(): Promise<ReadonlyMap<string, number>> {
    return this.#search.activeSessions();
  }

  async reviewIndex(cursor: string | undefined, examinedMax: number): Promise<IndexReviewed> {
    return this.#review.review(cursor, examinedMax);
  }
}
