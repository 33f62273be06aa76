import type { PendingEnd } from '../../session/session-directory.ts';
import { keptUntilMs } from '../../session/retention.ts';
import { StoreOverloaded } from '../../session/session-store.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import { NO_MARKS } from '../../session/subject-marks.ts';
import type { SubjectMarks } from '../../session/subject-marks.ts';
import { KeyWalk } from './key-walk.ts';

const MARKS_MAX = 100_000;
const PENDING_MAX = 10_000;
/** Marks that each change examines to delete old ones. */
const FORGET_PER_CHANGE_MAX = 4;

interface Kept {
  readonly marks: SubjectMarks;
  readonly untilMs: number;
}

/** The marks of subjects, and the ends that are pending, in memory. */
export class MemorySubjects {
  readonly #kept = new Map<SubjectKey, Kept>();
  readonly #forgetting = new KeyWalk(this.#kept);
  readonly #pending = new Map<string, PendingEnd>();

  marksOf(subject: SubjectKey, nowMs: number): SubjectMarks {
    const kept = this.#kept.get(subject);
    if (kept === undefined || nowMs < kept.untilMs) return kept?.marks ?? NO_MARKS;
    this.#kept.delete(subject);
    return NO_MARKS;
  }

  /** @throws {StoreOverloaded} at the maximum of subjects */
  mark(subject: SubjectKey, marks: SubjectMarks, nowMs: number, retentionMs: number): void {
    for (let examined = 0; examined < FORGET_PER_CHANGE_MAX; examined += 1) {
      const next = this.#forgetting.next();
      if (next !== undefined) this.marksOf(next, nowMs);
    }
    const kept = this.#kept.get(subject);
    if (kept === undefined && this.#kept.size >= MARKS_MAX) {
      throw new StoreOverloaded(`the memory store holds its maximum of ${MARKS_MAX} subjects`);
    }
    this.#kept.set(subject, { marks, untilMs: this.#untilMs(marks, kept, nowMs, retentionMs) });
  }

  /** The oldest first; of the same instant by their names, as in Redis. */
  pending(): readonly PendingEnd[] {
    return [...this.#pending.values()].toSorted(
      (one, other) => one.startedAtMs - other.startedAtMs || (nameOf(one) < nameOf(other) ? -1 : 1),
    );
  }

  /** @throws {StoreOverloaded} at the maximum of pending ends */
  begin(end: PendingEnd): void {
    if (this.#pending.size >= PENDING_MAX) {
      throw new StoreOverloaded(`${PENDING_MAX} ends of subjects are pending`);
    }
    this.#pending.set(nameOf(end), end);
  }

  finish(end: PendingEnd): void {
    this.#pending.delete(nameOf(end));
  }

  clear(): void {
    this.#kept.clear();
    this.#pending.clear();
  }

  // A lock is kept as long as it holds, also beyond the retention.
  #untilMs({ lock }: SubjectMarks, kept: Kept | undefined, nowMs: number, retentionMs: number) {
    const beforeMs = kept?.untilMs === Infinity ? undefined : kept?.untilMs;
    const untilMs = keptUntilMs(beforeMs, nowMs, retentionMs);
    if (lock === undefined || lock.untilMs === 'unlocked') return untilMs;
    return lock.untilMs === 'forever' ? Infinity : Math.max(untilMs, lock.untilMs);
  }
}

function nameOf({ subject, startedAtMs, by, except, enteredUntilMs }: PendingEnd): string {
  return [subject, startedAtMs, by, except ?? '-', enteredUntilMs].join(' ');
}
