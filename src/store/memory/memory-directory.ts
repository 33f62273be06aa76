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
} from '../../session/session-directory.ts';
import type { SessionKey, SessionTag } from '../../session/session-key.ts';
import { ENTRY_WITHOUT_RECORD_MS, isStale } from '../../session/stale-entry.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import { admits, lockOf, withEnd, withUnlock } from '../../session/subject-marks.ts';
import { MemoryIndex } from './memory-index.ts';
import type { MemoryRecords } from './memory-records.ts';
import { MemorySubjects } from './memory-subjects.ts';

/** The directory of the memory store. Each step is atomic because it awaits nothing. */
export class MemoryDirectory implements SessionDirectory {
  readonly #records: MemoryRecords;
  readonly #now: () => number;
  readonly #index: MemoryIndex;
  readonly #subjects = new MemorySubjects();

  /** @param entriesMax the most entries in the indexes of all subjects together */
  constructor(records: MemoryRecords, now: () => number, entriesMax: number) {
    this.#records = records;
    this.#now = now;
    this.#index = new MemoryIndex(entriesMax);
  }

  async describe(key: SessionKey): Promise<DescribedSession | undefined> {
    const nowMs = this.#now();
    const record = this.#records.find(key, nowMs);
    return record && { record, nowMs };
  }

  async keysWithTag(tag: SessionTag, max: number): Promise<readonly SessionKey[]> {
    const nowMs = this.#now();
    const found: SessionKey[] = [];
    for (const key of this.#records.keys()) {
      if (found.length >= max) break;
      if (key.startsWith(tag) && this.#records.find(key, nowMs)) found.push(key);
    }
    return found;
  }

  async enter(request: EnterRequest): Promise<EnterOutcome> {
    const { subject, session, retentionMs } = request;
    const nowMs = this.#now();
    const marks = this.#subjects.marksOf(subject, nowMs);
    const outcome = admits(marks, request, nowMs);
    if (outcome.kind === 'before') this.#subjects.mark(subject, marks, nowMs, retentionMs);
    if (outcome.kind !== 'entered') return outcome;
    // The time of the first entry stays, because an end that is under way goes by it. An old one is
    // renewed, so that the review does not take it out while the session opens.
    const known = this.#index.find(subject, session);
    const isOld = known !== undefined && nowMs - known.enteredAtMs >= ENTRY_WITHOUT_RECORD_MS;
    const isEnded = known !== undefined && known.enteredAtMs <= (marks.notBeforeMs ?? -1);
    if (known === undefined || (isOld && !isEnded)) {
      this.#index.add(subject, { key: session, enteredAtMs: nowMs });
    }
    return outcome;
  }

  async attach({ key, subject, subjectName }: AttachRequest): Promise<AttachOutcome> {
    const record = this.#records.find(key, this.#now());
    if (record?.kind !== 'live') return 'unknown';
    if (record.subject !== undefined) return record.subject === subject ? 'same' : 'other';
    const attached = { ...record, subject, subjectName };
    return this.#records.replace(key, { record: attached, outcome: 'attached', events: [] });
  }

  async subjectState(subject: SubjectKey): Promise<SubjectState> {
    const nowMs = this.#now();
    const marks = this.#subjects.marksOf(subject, nowMs);
    const pending = this.#subjects.pending().filter((end) => end.subject === subject);
    return { nowMs, notBeforeMs: marks.notBeforeMs, lock: lockOf(marks, nowMs), pending };
  }

  async subjectSessions(subject: SubjectKey, page: SubjectPageRequest): Promise<SubjectPage> {
    this.#now();
    return this.#index.page(subject, page);
  }

  async beginSubjectEnd(request: SubjectEndRequest): Promise<PendingEnd> {
    const { subject, retentionMs } = request;
    const nowMs = this.#now();
    const known = this.#subjects.marksOf(subject, nowMs);
    const newestMs = this.#index.newestAtMs(subject);
    const { marks, pending } = withEnd(known, request, nowMs, newestMs);
    this.#subjects.begin(pending);
    this.#subjects.mark(subject, marks, nowMs, retentionMs);
    return pending;
  }

  async finishSubjectEnd(end: PendingEnd): Promise<void> {
    this.#now();
    this.#subjects.finish(end);
  }

  async leave(subject: SubjectKey, keys: readonly SessionKey[]): Promise<void> {
    this.#now();
    for (const key of keys) this.#index.remove(subject, key);
  }

  async unlock(request: UnlockRequest): Promise<UnlockedSubject> {
    const { subject, retentionMs } = request;
    const nowMs = this.#now();
    const { marks, unlockedAtMs } = withUnlock(
      this.#subjects.marksOf(subject, nowMs),
      request,
      nowMs,
    );
    this.#subjects.mark(subject, marks, nowMs, retentionMs);
    return { ...(await this.subjectState(subject)), unlockedAtMs };
  }

  async pendingSubjects(request: {
    readonly olderThanMs: number;
    readonly max: number;
  }): Promise<readonly PendingEnd[]> {
    const untilMs = this.#now() - request.olderThanMs;
    const old = this.#subjects.pending().filter(({ startedAtMs }) => startedAtMs <= untilMs);
    return old.slice(0, request.max);
  }

  async sourceSessions(source: string, page: SourcePageRequest): Promise<SourcePage> {
    const { cursor = '', limit } = page;
    const nowMs = this.#now();
    const rest = [...this.#records.keys()].toSorted().filter((key) => {
      const record = key > cursor ? this.#records.find(key, nowMs) : undefined;
      return record?.kind === 'live' && record.source === source;
    });
    const keys = rest.slice(0, limit);
    return { keys, cursor: rest.length > limit ? keys.at(-1) : undefined };
  }

  async activeSessions(): Promise<ReadonlyMap<string, number>> {
    this.#now();
    return this.#records.active();
  }

  /** Examines all at once: the memory store is small. */
  async reviewIndex(): Promise<IndexReviewed> {
    const nowMs = this.#now();
    const entries = [...this.#index.all()];
    const stale = entries.filter(([subject, entry]) =>
      isStale(subject, entry, this.#records.find(entry.key, nowMs), nowMs),
    );
    for (const [subject, { key }] of stale) this.#index.remove(subject, key);
    return { examined: entries.length, removed: stale.length, cursor: undefined };
  }

  clear(): void {
    this.#index.clear();
    this.#subjects.clear();
  }
}
