import { z } from 'zod';
import { reader } from './read-answer.ts';
import type { Read } from './read-answer.ts';

// What the commands read of the server's answers. A newer server may send more.

/** Until when one policy lets a session live. */
export interface PolicyDeadlines {
  readonly policy: string;
  readonly mode: string;
  readonly idle_deadline_at?: string | undefined;
  readonly absolute_deadline_at?: string | undefined;
}

/** Durations; what is left out is not limited. */
export interface OwnLimits {
  readonly idle?: string | undefined;
  readonly absolute?: string | undefined;
}

/** One session, as the server shows it. */
export interface SessionAnswer {
  readonly session: string;
  readonly source?: string | undefined;
  readonly subject?: string | undefined;
  /** The start of the subject's keyed hash. */
  readonly subject_tag?: string | undefined;
  readonly state: string;
  readonly started_at?: string | undefined;
  readonly last_activity_at?: string | undefined;
  readonly longest_gap?: string | undefined;
  /** Limits of its own. */
  readonly limits?: OwnLimits | undefined;
  readonly ended_at?: string | undefined;
  readonly ended_by?: string | undefined;
  readonly policies?: readonly PolicyDeadlines[] | undefined;
}

/** A page of sessions, and where the next one begins. */
export interface SessionsAnswer {
  readonly sessions: readonly SessionAnswer[];
  readonly cursor?: string | undefined;
}

/** What an end would end. */
export interface PreviewAnswer {
  readonly count: number;
  /** By which an end of several is confirmed. */
  readonly preview?: string | undefined;
}

/** What an end has ended, and what it promises. */
export interface EndAnswer {
  readonly ended: number;
  readonly durable: boolean;
  readonly enforced_within?: string | undefined;
  readonly streams_end_by?: string | undefined;
  /** What is still missing: `durable`, `finished`, `all_replicas`. */
  readonly not_yet?: readonly string[] | undefined;
  /** Sessions that opened since the preview. They go on. */
  readonly opened_since?: number | undefined;
  /** When the one session ended. */
  readonly ended_at?: string | undefined;
  /** Why it had ended before. */
  readonly ended_by?: string | undefined;
  /** The credential was not seen before. */
  readonly was_unknown?: boolean | undefined;
}

/** What holds for a user. */
export interface SubjectAnswer {
  readonly locked: boolean;
  readonly locked_at?: string | undefined;
  /** Left out: until it is unlocked. */
  readonly locked_until?: string | undefined;
  readonly lock_reason?: string | undefined;
  readonly not_before?: string | undefined;
  readonly ending?: boolean | undefined;
}

/** What holds for a user, with the number of live sessions. */
export interface CountedSubjectAnswer {
  readonly subject: SubjectAnswer;
  readonly sessions: number;
}

/** What a lock or its end has done. */
export interface LockAnswer extends EndAnswer {
  readonly subject: SubjectAnswer;
}

const DEADLINES: z.ZodType<PolicyDeadlines> = z.looseObject({
  policy: z.string(),
  mode: z.string(),
  idle_deadline_at: z.string().optional(),
  absolute_deadline_at: z.string().optional(),
});

const LIMITS: z.ZodType<OwnLimits> = z.looseObject({
  idle: z.string().optional(),
  absolute: z.string().optional(),
});

const SESSION: z.ZodType<SessionAnswer> = z.looseObject({
  session: z.string(),
  source: z.string().optional(),
  subject: z.string().optional(),
  subject_tag: z.string().optional(),
  state: z.string(),
  started_at: z.string().optional(),
  last_activity_at: z.string().optional(),
  longest_gap: z.string().optional(),
  limits: LIMITS.optional(),
  ended_at: z.string().optional(),
  ended_by: z.string().optional(),
  policies: z.array(DEADLINES).optional(),
});

const SUBJECT: z.ZodType<SubjectAnswer> = z.looseObject({
  locked: z.boolean(),
  locked_at: z.string().optional(),
  locked_until: z.string().optional(),
  lock_reason: z.string().optional(),
  not_before: z.string().optional(),
  ending: z.boolean().optional(),
});

const SESSIONS: z.ZodType<SessionsAnswer> = z.looseObject({
  sessions: z.array(SESSION),
  cursor: z.string().optional(),
});

const PREVIEW: z.ZodType<PreviewAnswer> = z.looseObject({
  count: z.number(),
  preview: z.string().optional(),
});

const END: z.ZodType<EndAnswer> = z.looseObject({
  ended: z.number(),
  durable: z.boolean(),
  enforced_within: z.string().optional(),
  streams_end_by: z.string().optional(),
  not_yet: z.array(z.string()).optional(),
  opened_since: z.number().optional(),
  ended_at: z.string().optional(),
  ended_by: z.string().optional(),
  was_unknown: z.boolean().optional(),
});

const COUNTED_SUBJECT: z.ZodType<CountedSubjectAnswer> = z.looseObject({
  subject: SUBJECT,
  sessions: z.number(),
});

const LOCK: z.ZodType<LockAnswer> = z.intersection(END, z.looseObject({ subject: SUBJECT }));

export const readSession: Read<SessionAnswer> = reader(SESSION);
export const readSessions: Read<SessionsAnswer> = reader(SESSIONS);
export const readPreview: Read<PreviewAnswer> = reader(PREVIEW);
export const readEnd: Read<EndAnswer> = reader(END);
export const readSubject: Read<CountedSubjectAnswer> = reader(COUNTED_SUBJECT);
export const readLock: Read<LockAnswer> = reader(LOCK);
