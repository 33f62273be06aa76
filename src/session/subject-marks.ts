import type {
  EnterOutcome,
  EnterRequest,
  LockEnd,
  PendingEnd,
  SubjectEndRequest,
  SubjectLock,
  UnlockRequest,
} from './session-directory.ts';

/**
 * What is kept of a subject besides the index of its sessions. The pure rule of it; in Redis,
 * `subject-marks.lua` does the same, and the conformance suite keeps them equal.
 */
export interface SubjectMarks {
  /** Logins before this instant are over. Never moves back. */
  readonly notBeforeMs: number | undefined;
  /** The last lock or unlock. */
  readonly lock: LockMark | undefined;
}

export interface LockMark {
  readonly changedAtMs: number;
  readonly untilMs: LockEnd | 'unlocked';
  readonly reason: string | undefined;
}

export const NO_MARKS: SubjectMarks = { notBeforeMs: undefined, lock: undefined };

/** The lock that holds now. */
export function lockOf({ lock }: SubjectMarks, nowMs: number): SubjectLock | undefined {
  if (lock === undefined) return undefined;
  const { untilMs, changedAtMs, reason } = lock;
  if (untilMs === 'unlocked') return undefined;
  if (untilMs !== 'forever' && untilMs <= nowMs) return undefined;
  return { lockedAtMs: changedAtMs, untilMs, reason };
}

/** Whether a session of this subject may open now. */
export function admits(
  marks: SubjectMarks,
  { loginAtMs }: Pick<EnterRequest, 'loginAtMs'>,
  nowMs: number,
): EnterOutcome {
  const lock = lockOf(marks, nowMs);
  if (lock !== undefined) return { kind: 'locked', untilMs: lock.untilMs };
  const { notBeforeMs } = marks;
  if (notBeforeMs !== undefined && loginAtMs !== undefined && loginAtMs < notBeforeMs) {
    return { kind: 'before', endedAtMs: notBeforeMs };
  }
  return { kind: 'entered' };
}

/**
 * Begins an end of the subject. A time that is passed in is that of an end which is written again:
 * its lock counts only if no later lock or unlock is known.
 *
 * @param newestEntryMs when the last session entered the index: an end that begins after it is not
 *   earlier, also when the clock was set back
 */
export function withEnd(
  marks: SubjectMarks,
  request: SubjectEndRequest,
  clockMs: number,
  newestEntryMs: number | undefined,
): { readonly marks: SubjectMarks; readonly pending: PendingEnd } {
  const { subject, by, except, lock } = request;
  const changedAtMs = marks.lock?.changedAtMs ?? -1;
  const afterLockMs = lock === undefined ? 0 : changedAtMs + 1;
  const nowMs = Math.max(clockMs, newestEntryMs ?? 0, afterLockMs);
  const startedAtMs = Math.min(request.startedAtMs ?? nowMs, nowMs);
  const enteredUntilMs = request.enteredUntilMs ?? startedAtMs;
  const notBeforeMs = Math.max(marks.notBeforeMs ?? 0, enteredUntilMs);
  const pending = { subject, startedAtMs, by, except, enteredUntilMs };
  if (lock === undefined || startedAtMs < changedAtMs) {
    return { marks: { ...marks, notBeforeMs }, pending };
  }
  const untilMs = lock.lastsMs === 'forever' ? lock.lastsMs : startedAtMs + lock.lastsMs;
  const mark = { changedAtMs: startedAtMs, untilMs, reason: lock.reason };
  return { marks: { notBeforeMs, lock: mark }, pending };
}

/** Lifts the lock, unless a later one is known. Returns when the unlock was, too. */
export function withUnlock(
  marks: SubjectMarks,
  { atMs }: Pick<UnlockRequest, 'atMs'>,
  clockMs: number,
): { readonly marks: SubjectMarks; readonly unlockedAtMs: number } {
  const lastAtMs = marks.lock?.changedAtMs ?? -1;
  const nowMs = Math.max(clockMs, lastAtMs + 1);
  const unlockedAtMs = Math.min(atMs ?? nowMs, nowMs);
  if (unlockedAtMs < lastAtMs) return { marks, unlockedAtMs };
  const lock = { changedAtMs: unlockedAtMs, untilMs: 'unlocked', reason: undefined } as const;
  return { marks: { ...marks, lock }, unlockedAtMs };
}
