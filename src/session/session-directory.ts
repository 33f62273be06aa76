import type { CallingCheck } from './calling-check.ts';
import type { SessionKey, SessionTag } from './session-key.ts';
import type { RequestedEnd, SessionRecord } from './session-record.ts';
import type { SubjectKey } from './subject-key.ts';

/**
 * Finds sessions, and knows whose they are. Every method is one atomic step in one partition, or a
 * bounded read. Unknown is a value; only system faults throw, as `StoreUnavailable` or
 * `StoreOverloaded`.
 *
 * Each subject has an index of its sessions. A session enters the index before it opens, and an end
 * of the subject ends whatever the index holds, also where no record exists yet. So the end wins
 * over openings under way.
 */
export interface SessionDirectory {
  /** One session whole. */
  describe(key: SessionKey): Promise<DescribedSession | undefined>;

  /**
   * The sessions with this tag, at most `max`. Ended ones are found as long as the stream of events
   * still names them.
   */
  keysWithTag(tag: SessionTag, max: number): Promise<readonly SessionKey[]>;

  /**
   * Puts a session into the index of its subject, unless the subject may have none now. A full Redis
   * refuses it, as it refuses openings: for a session that exists this must not change the verdict.
   */
  enter(entry: EnterRequest): Promise<EnterOutcome>;

  /** Notes whose session it is. The first subject stays. It must be in the index before. */
  attach(request: AttachRequest): Promise<AttachOutcome>;

  subjectState(subject: SubjectKey, check?: CallingCheck): Promise<SubjectState>;

  /** The sessions in the index of a subject, the newest first, from the one after `after`. */
  subjectSessions(subject: SubjectKey, page: SubjectPageRequest): Promise<SubjectPage>;

  /**
   * Begins to end the sessions of a subject: notes what is pending, from when on earlier logins are
   * over, and the lock. Returns what is to be ended.
   */
  beginSubjectEnd(request: SubjectEndRequest): Promise<PendingEnd>;

  /** The sessions have been ended. Other ends of the subject stay pending. */
  finishSubjectEnd(end: PendingEnd): Promise<void>;

  /** Takes sessions out of the index of a subject. */
  leave(subject: SubjectKey, keys: readonly SessionKey[], check?: CallingCheck): Promise<void>;

  /** Lifts the lock. Of a lock and an unlock the one with the later time counts. */
  unlock(request: UnlockRequest): Promise<UnlockedSubject>;

  /** Ends of subjects that began at least `olderThanMs` ago and are not finished, at most `max`. */
  pendingSubjects(request: {
    readonly olderThanMs: number;
    readonly max: number;
  }): Promise<readonly PendingEnd[]>;

  /** Sessions of a source that have not ended, in no order. */
  sourceSessions(source: string, page: SourcePageRequest): Promise<SourcePage>;

  /** How many sessions are live, by source. May be off by a few for a while. */
  activeSessions(): Promise<ReadonlyMap<string, number>>;

  /**
   * Takes entries out of the indexes whose sessions are over or were never opened, in bounded steps.
   * @param cursor where the last step stopped; `undefined` = at the beginning
   */
  reviewIndex(cursor: string | undefined, examinedMax: number): Promise<IndexReviewed>;
}

export interface DescribedSession {
  readonly record: SessionRecord;
  /** The store's clock. */
  readonly nowMs: number;
}

export interface EnterRequest extends CallingCheck {
  readonly subject: SubjectKey;
  readonly session: SessionKey;
  /** The login time that the credential proves, if it proves any. */
  readonly loginAtMs?: number | undefined;
  /** How long the credentials of the source matter. */
  readonly retentionMs: number;
}

/**
 * `entered`: it is in the index, now or since before. `locked`: the subject may have no session, as
 * long as `untilMs` says. `before`: its login is older than an end of the subject, so the session
 * is over.
 */
export type EnterOutcome =
  | { readonly kind: 'entered' }
  | { readonly kind: 'locked'; readonly untilMs: LockEnd }
  | { readonly kind: 'before'; readonly endedAtMs: number };

/** When a lock ends by itself, by the store's clock. */
export type LockEnd = number | 'forever';

export interface AttachRequest extends CallingCheck {
  readonly key: SessionKey;
  readonly subject: SubjectKey;
  /** The subject in clear, only if the policy file asks for that. */
  readonly subjectName?: string | undefined;
}

/** `unknown`: there is no live session, or not all replicas can read subjects yet. */
export type AttachOutcome = 'attached' | 'same' | 'other' | 'unknown';

/** What holds for a subject now. */
export interface SubjectState {
  readonly nowMs: number;
  /** Logins before this instant are over. */
  readonly notBeforeMs: number | undefined;
  readonly lock: SubjectLock | undefined;
  /** Ends that are not finished. */
  readonly pending: readonly PendingEnd[];
}

export interface SubjectLock {
  readonly lockedAtMs: number;
  readonly untilMs: LockEnd;
  /** As the operator gave it. */
  readonly reason: string | undefined;
}

export interface SubjectPageRequest {
  /** The last entry of the page before. */
  readonly after?: SubjectEntry | undefined;
  readonly limit: number;
}

export interface SubjectEntry {
  readonly key: SessionKey;
  readonly enteredAtMs: number;
}

export interface SubjectPage {
  readonly entries: readonly SubjectEntry[];
  /** Whether there are more entries after these. */
  readonly more: boolean;
}

export interface SubjectEndRequest {
  readonly subject: SubjectKey;
  readonly by: RequestedEnd;
  /** A session that goes on. */
  readonly except?: SessionKey | undefined;
  /** Only sessions that entered until then end; `undefined` = until now. */
  readonly enteredUntilMs?: number | undefined;
  /** Locks the subject, for so long. At most 200 characters of reason. */
  readonly lock?:
    { readonly lastsMs: number | 'forever'; readonly reason?: string | undefined } | undefined;
  /** When it began, to write it again after the store may have lost it; `undefined` = now. */
  readonly startedAtMs?: number | undefined;
  /** How long the credentials of the subject's sources matter, the longest of them. */
  readonly retentionMs: number;
}

/** An end of a subject that has begun. */
export interface PendingEnd {
  readonly subject: SubjectKey;
  readonly startedAtMs: number;
  readonly by: RequestedEnd;
  readonly except: SessionKey | undefined;
  readonly enteredUntilMs: number;
}

export interface UnlockedSubject extends SubjectState {
  /** When the unlock was, to write it again: a lock that came after it stays. */
  readonly unlockedAtMs: number;
}

export interface UnlockRequest {
  readonly subject: SubjectKey;
  /** When it was unlocked, to write it again; `undefined` = now. */
  readonly atMs?: number | undefined;
  readonly retentionMs: number;
}

export interface SourcePageRequest {
  /** As the page before returned it; `undefined` = from the beginning. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface SourcePage {
  readonly keys: readonly SessionKey[];
  /** Where the next page begins; `undefined` at the end. A page may be short and not the last. */
  readonly cursor: string | undefined;
}

export interface IndexReviewed {
  readonly examined: number;
  readonly removed: number;
  /** `undefined` at the end. With `fault`, the rest of the partition before it was left out. */
  readonly cursor: string | undefined;
  readonly fault?: Error;
}
