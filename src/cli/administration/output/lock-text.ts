import type { LockAnswer } from '../asking/session-answers.ts';
import { countText, durableFields, promiseFields } from './end-text.ts';
import { subjectFields } from './subject-fields.ts';
import { fieldsText } from './table.ts';

/** What a lock has done, and what it promises. */
export function lockText(answer: LockAnswer, nowMs: number): string {
  return fieldsText([
    ...subjectFields(answer.subject, nowMs),
    ['ended', countText(answer.ended)],
    ...promiseFields(answer, nowMs),
  ]);
}

/** What taking a lock off has done. */
export function unlockText(answer: LockAnswer, nowMs: number): string {
  return fieldsText([...subjectFields(answer.subject, nowMs), ...durableFields(answer)]);
}
