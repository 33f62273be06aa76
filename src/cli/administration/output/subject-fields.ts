import type { SubjectAnswer } from '../asking/session-answers.ts';
import type { Field } from './table.ts';
import { instantText } from './time-text.ts';

/** Until when a user is locked, why, and what else holds. */
export function subjectFields(subject: SubjectAnswer, nowMs: number): readonly Field[] {
  const { lock_reason: reason, not_before: notBefore, ending } = subject;
  return [
    ['locked', lockWords(subject, nowMs)],
    ...(reason === undefined ? [] : [['reason', reason] as const]),
    ...(notBefore === undefined
      ? []
      : [['logins', `before ${instantText(notBefore, nowMs)} are over`] as const]),
    ...(ending === true ? [['ending', 'an end of all sessions is under way'] as const] : []),
  ];
}

function lockWords(subject: SubjectAnswer, nowMs: number): string {
  const { locked, locked_at: at, locked_until: until } = subject;
  if (!locked) return 'no';
  const since = at === undefined ? '' : `since ${instantText(at, nowMs)}, `;
  const end = until === undefined ? 'it is unlocked' : instantText(until, nowMs);
  return `${since}until ${end}`;
}
