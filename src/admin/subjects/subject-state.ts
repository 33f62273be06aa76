import type { SessionDirectory, SubjectLock } from '../../session/session-directory.ts';
import type { SubjectKey } from '../../session/subject-key.ts';

/** What holds for a subject, under all its keys together. */
export interface WholeSubjectState {
  readonly nowMs: number;
  /** The lock that lasts longest. */
  readonly lock: SubjectLock | undefined;
  readonly notBeforeMs: number | undefined;
  /** Whether an end is being carried out. */
  readonly isEnding: boolean;
}

export async function wholeSubjectState(
  directory: Pick<SessionDirectory, 'subjectState'>,
  keys: readonly SubjectKey[],
): Promise<WholeSubjectState> {
  const states = await Promise.all(keys.map((key) => directory.subjectState(key)));
  const locks = states.flatMap(({ lock }) => lock ?? []);
  const notBefores = states.flatMap(({ notBeforeMs }) => notBeforeMs ?? []);
  return {
    nowMs: Math.max(...states.map(({ nowMs }) => nowMs)),
    lock: locks.toSorted((one, other) => endOf(other) - endOf(one))[0],
    notBeforeMs: notBefores.length === 0 ? undefined : Math.max(...notBefores),
    isEnding: states.some(({ pending }) => pending.length > 0),
  };
}

function endOf({ untilMs }: SubjectLock): number {
  return untilMs === 'forever' ? Number.MAX_VALUE : untilMs;
}
