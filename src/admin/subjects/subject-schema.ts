import * as z from 'zod';
import { instantSchema } from '../wire/answer-schema.ts';
import { formatInstant } from '../wire/rfc3339.ts';
import type { WholeSubjectState } from './subject-state.ts';

/** What holds for a subject. */
export const subjectStateSchema: z.ZodType<SubjectStateView> = z
  .object({
    subject_tag: z.string().meta({ description: 'As in the log and in sessions.' }),
    locked: z.boolean(),
    locked_at: instantSchema('When it was locked.').optional(),
    locked_until: instantSchema(
      'When the lock ends. Left out: it lasts until unlocked.',
    ).optional(),
    lock_reason: z.string().optional(),
    not_before: instantSchema('Logins before this time are over.').optional(),
    ending: z.boolean().meta({ description: 'An end of its sessions is being carried out.' }),
  })
  .meta({ id: 'Subject' });

export interface SubjectStateView {
  readonly subject_tag: string;
  readonly locked: boolean;
  readonly locked_at?: string | undefined;
  readonly locked_until?: string | undefined;
  readonly lock_reason?: string | undefined;
  readonly not_before?: string | undefined;
  readonly ending: boolean;
}

export function subjectStateView(
  tag: string,
  { lock, notBeforeMs, isEnding }: WholeSubjectState,
): SubjectStateView {
  return {
    subject_tag: tag,
    locked: lock !== undefined,
    locked_at: lock && formatInstant(lock.lockedAtMs),
    locked_until:
      lock === undefined || lock.untilMs === 'forever' ? undefined : formatInstant(lock.untilMs),
    lock_reason: lock?.reason,
    not_before: notBeforeMs === undefined ? undefined : formatInstant(notBeforeMs),
    ending: isEnding,
  };
}
