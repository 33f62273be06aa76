import type { Answer, Entry, Question } from './recording.ts';
import type { Outcome } from './possible-outcomes.ts';
import type { SessionState } from './session-state.ts';

/**
 * What is wrong with an answer. `second_end`: an end was reported as made, of a session that had
 * certainly ended. `moved_start`: the time that remains says another start.
 */
export type Mistake =
  'wrong_allow' | 'wrong_deny' | 'wrong_reason' | 'changed_reason' | 'second_end' | 'moved_start';

/** One question, and what the oracle knew about it. */
export interface JudgedEntry {
  readonly entry: Entry;
  readonly mayAllow: boolean;
  readonly mayDeny: boolean;
  readonly mistake: Mistake | undefined;
  /** What was possible, for the report of a mistake. */
  readonly known: SessionState;
}

/** Whether only one verdict was possible. */
export function isDecided({ mayAllow, mayDeny }: JudgedEntry): boolean {
  return mayAllow !== mayDeny;
}

/** Whether this outcome is what was answered. */
export function isAnswered({ answer }: Outcome, given: Answer): boolean {
  return wordOf(answer) === wordOf(given);
}

/** An answer that no outcome has: what is wrong with it. */
export function mistakeOf(
  question: Question,
  given: Answer,
  outcomes: readonly Outcome[],
  known: SessionState,
): Mistake {
  const hasKind = outcomes.some(({ answer }) => answer.kind === given.kind);
  if (given.kind === 'allow' && !hasKind) return 'wrong_allow';
  if (given.kind === 'deny' && !hasKind) return 'wrong_deny';
  const hasCertainlyEnded = !known.mayBeUnknown && known.live === undefined;
  if (!hasCertainlyEnded) return 'wrong_reason';
  const isNewEnd = question.kind === 'revoke' || question.kind === 'logout';
  return isNewEnd && !isOfAnEnded(given) ? 'second_end' : 'changed_reason';
}

function isOfAnEnded(given: Answer): boolean {
  return given.kind === 'ended'
    ? given.before !== undefined
    : given.kind === 'allow' && given.reason === 'session_absent';
}

function wordOf(answer: Answer): string {
  switch (answer.kind) {
    case 'allow':
    case 'deny':
      return `${answer.kind} ${answer.reason}`;
    case 'ended':
      return `ended before: ${answer.before ?? 'no'}`;
    case 'none':
      return 'none';
    default:
      return answer satisfies never;
  }
}
