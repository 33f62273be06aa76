import type { Timeouts } from '../terms/timeouts.ts';
import type { SubjectKey } from './subject-key.ts';

/**
 * Why a session has ended. `idle` and `absolute` are expiries. `signed_out`: its user signed out or
 * signed in again. `subject_locked`: its subject was locked. `session_limit`: its subject had too
 * many sessions. `revoked`: it was ended on request, for any other reason.
 */
export type EndedBy =
  'idle' | 'absolute' | 'revoked' | 'signed_out' | 'subject_locked' | 'session_limit';

/** Why a session is ended on request, before its deadlines. */
export type RequestedEnd = Exclude<EndedBy, 'idle' | 'absolute'>;

/** A session that has not ended. All instants are milliseconds of the store's clock. */
export interface LiveRecord {
  readonly kind: 'live';
  readonly source: string;
  /** The time of the login, or when the credential was first seen. Never moves. */
  readonly startedAtMs: number;
  readonly lastActivityAtMs: number;
  /** The longest pause between two counted activities; 0 after the first one. Never shrinks. */
  readonly longestGapMs: number;
  /**
   * The challenge mark: when an enforcing policy first refused the session and asked for a fresh
   * login; `undefined` if none did. It moves no deadline. It stays until the session ends.
   */
  readonly challengedAtMs: number | undefined;
  /** Whose session it is. The first subject that is noted stays. */
  readonly subject: SubjectKey | undefined;
  /** The subject in clear, only if the policy file asks for that. */
  readonly subjectName: string | undefined;
  /**
   * Limits that this session brings along. They only tighten: of each limit of a policy and this
   * one, the smaller one holds.
   */
  readonly ownLimits: Timeouts | undefined;
}

/** What remains of a session that has ended, so that nothing revives it. */
export interface Tombstone {
  readonly kind: 'tombstone';
  /** `undefined` in a tombstone of an earlier version. */
  readonly source: string | undefined;
  /** `undefined` if it ended before it opened, and in a tombstone of an earlier version. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number;
  readonly endedBy: EndedBy;
  readonly subject: SubjectKey | undefined;
  readonly subjectName: string | undefined;
}

export type SessionRecord = LiveRecord | Tombstone;
