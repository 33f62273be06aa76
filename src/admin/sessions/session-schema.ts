import * as z from 'zod';
import type { EndedBy } from '../../session/session-record.ts';
import {
  durationSchema,
  endedBySchema,
  handleSchema,
  instantSchema,
} from '../wire/answer-schema.ts';

const policySchema = z.object({
  policy: z.string(),
  mode: z.enum(['enforce', 'observe']),
  idle_deadline_at: instantSchema('Left out if it has no idle timeout.').optional(),
  absolute_deadline_at: instantSchema('Left out if it has no absolute timeout.').optional(),
});

const limitsSchema = z.object({
  idle: durationSchema('Left out if it has none.').optional(),
  absolute: durationSchema('Left out if it has none.').optional(),
});

const fields = {
  session: handleSchema,
  source: z.string().optional().meta({
    description: 'Left out in what an earlier version has ended.',
  }),
  subject: z.string().optional().meta({
    description: 'Only if the policy file has `subject_names: clear`.',
  }),
  subject_tag: z.string().optional().meta({
    description: 'The start of the keyed hash of its subject: equal for sessions of one subject.',
  }),
  state: z.enum(['live', 'ended']),
  started_at: instantSchema('When its login was, or its first request.').optional(),
  last_activity_at: instantSchema('When a request last counted as activity.').optional(),
  longest_gap: durationSchema('The longest pause between two activities.').optional(),
  limits: limitsSchema.optional().meta({
    description: 'Limits of its own. Of each limit of a policy and these, the smaller one holds.',
  }),
  ended_at: instantSchema('When it ended.').optional(),
  ended_by: endedBySchema.optional(),
};

/** A session in a list. */
export const sessionItemSchema: z.ZodType<SessionItem> = z
  .object(fields)
  .meta({ id: 'SessionItem' });
/** A session whole. */
export const sessionViewSchema: z.ZodType<SessionView> = z
  .object({
    ...fields,
    policies: z.array(policySchema).meta({
      description: 'Its deadlines under each policy that admits it. Empty when it has ended.',
    }),
  })
  .meta({ id: 'Session' });

type Optional<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | undefined };

export interface SessionItem extends Optional<{
  source: string;
  subject: string;
  subject_tag: string;
  started_at: string;
  last_activity_at: string;
  longest_gap: string;
  limits: Optional<{ idle: string; absolute: string }>;
  ended_at: string;
  ended_by: EndedBy;
}> {
  readonly session: string;
  readonly state: 'live' | 'ended';
}

export interface SessionView extends SessionItem {
  readonly policies: readonly {
    readonly policy: string;
    readonly mode: 'enforce' | 'observe';
    readonly idle_deadline_at?: string | undefined;
    readonly absolute_deadline_at?: string | undefined;
  }[];
}
