import type { SubjectEntry } from './session-directory.ts';
import type { SessionRecord } from './session-record.ts';
import type { SubjectKey } from './subject-key.ts';

/** An entry without a record may belong to an opening under way, but not for so long. */
export const ENTRY_WITHOUT_RECORD_MS = 86_400_000;

/** Whether an entry of a subject's index is of no more use: there is nothing to end by it. */
export function isStale(
  subject: SubjectKey,
  { enteredAtMs }: Pick<SubjectEntry, 'enteredAtMs'>,
  record: SessionRecord | undefined,
  nowMs: number,
): boolean {
  if (record === undefined) return nowMs - enteredAtMs >= ENTRY_WITHOUT_RECORD_MS;
  if (record.kind === 'tombstone') return true;
  return record.subject !== undefined && record.subject !== subject;
}
