import * as z from 'zod';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { endAnswer, promiseSchema } from '../ends/end-answer.ts';
import { longestStreamsMs } from '../ends/end-by-subject.ts';
import { endSubject } from '../ends/end-subject.ts';
import { COUNTED_MAX, countSessions } from '../subjects/count-sessions.ts';
import { namedSubject } from '../subjects/subject-names.ts';
import { subjectStateSchema, subjectStateView } from '../subjects/subject-schema.ts';
import { wholeSubjectState } from '../subjects/subject-state.ts';
import { Turns } from '../subjects/turns.ts';
import { duration, reason, subjectName } from '../wire/request-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

const EVERY = ['keys_incomplete', 'store_unavailable'] as const;

/** Counts for callers who only read, of up to 10 000 sessions each. The others wait for their turn. */
const COUNTS_AT_ONCE_MAX = 2;

/** What holds for a subject. */
export function showSubject(deps: AdminDependencies): AdminCall {
  const querySchema = z.strictObject({ subject: subjectName });
  const answerSchema = z
    .object({
      subject: subjectStateSchema,
      sessions: z.int().meta({
        description: `How many live sessions it has; at most ${COUNTED_MAX} are counted.`,
      }),
    })
    .meta({ id: 'SubjectWithCount' });
  const turns = new Turns(COUNTS_AT_ONCE_MAX);
  return adminCall<undefined, z.output<typeof querySchema>>({
    name: 'show_subject',
    method: 'get',
    path: '/v1/subjects',
    summary: 'Show a subject',
    description: 'Whether it is locked, and how many sessions it has.',
    roles: ['viewer', 'operator'],
    query: querySchema,
    answers: { 200: { description: 'What holds for it.', schema: answerSchema } },
    problems: EVERY,
    handle: async ({ query, notes }) => {
      const { keys, tag } = namedSubject(deps, notes, query.subject);
      const { directory } = deps.administration;
      const all = { except: undefined, untilMs: Infinity };
      const [state, counted] = await turns.take(() =>
        Promise.all([wholeSubjectState(directory, keys), countSessions(directory, keys, all)]),
      );
      const body = { subject: subjectStateView(tag, state), sessions: counted.until };
      return { status: 200, body };
    },
  });
}

/** Ends the sessions of a subject, and lets none open. */
export function lockSubject(deps: AdminDependencies): AdminCall {
  const bodySchema = z
    .strictObject({
      subject: subjectName,
      for: duration.optional().meta({ description: 'How long. Left out: until it is unlocked.' }),
      reason: reason.optional(),
    })
    .meta({ id: 'Lock' });
  const answerSchema = z
    .object({ ...promiseSchema, subject: subjectStateSchema })
    .meta({ id: 'Locked' });
  return adminCall<z.output<typeof bodySchema>>({
    name: 'lock_subject',
    method: 'post',
    path: '/v1/subjects/lock',
    summary: 'Lock a subject',
    description: 'Its live sessions end, and none opens until the lock is over.',
    roles: ['operator'],
    body: bodySchema,
    answers: {
      200: { description: 'It is locked.', schema: answerSchema },
      202: {
        description: 'It is locked, and `not_yet` says what is missing.',
        schema: answerSchema,
      },
    },
    problems: EVERY,
    handle: async ({ body, notes }) => {
      const { policies } = deps.policies();
      const { directory } = deps.administration;
      const { keys, tag } = namedSubject(deps, notes, body.subject);
      notes.reason = body.reason;
      const all = { except: undefined, untilMs: Infinity };
      const counted = await countSessions(directory, keys, all);
      const lock = { lastsMs: body.for ?? ('forever' as const), reason: body.reason };
      const result = await endSubject(deps, policies, keys, { by: 'subject_locked', lock });
      notes.ended = result.ended;
      const state = await wholeSubjectState(directory, keys);
      const streamsMs = longestStreamsMs(policies, counted, state.nowMs);
      return endAnswer(
        deps,
        { ...result, nowMs: state.nowMs, streamsEndAfterMs: streamsMs },
        { subject: subjectStateView(tag, state) },
      );
    },
  });
}

/** Lifts the lock of a subject. What has ended stays ended. */
export function unlockSubject(deps: AdminDependencies): AdminCall {
  const bodySchema = z
    .strictObject({ subject: subjectName, reason: reason.optional() })
    .meta({ id: 'Unlock' });
  const answerSchema = z
    .object({ ...promiseSchema, subject: subjectStateSchema })
    .meta({ id: 'Unlocked' });
  return adminCall<z.output<typeof bodySchema>>({
    name: 'unlock_subject',
    method: 'post',
    path: '/v1/subjects/unlock',
    summary: 'Unlock a subject',
    description: 'Its sessions may open again. Those that have ended stay ended.',
    roles: ['operator'],
    body: bodySchema,
    answers: {
      200: { description: 'It is not locked.', schema: answerSchema },
      202: { description: 'The same, and `not_yet` says what is missing.', schema: answerSchema },
    },
    problems: EVERY,
    handle: async ({ body, notes }) => {
      const { directory } = deps.administration;
      const retentionMs = deps.policies().policies.retentionMaxMs;
      const { keys, tag } = namedSubject(deps, notes, body.subject);
      notes.reason = body.reason;
      await Promise.all(keys.map((subject) => directory.unlock({ subject, retentionMs })));
      const state = await wholeSubjectState(directory, keys);
      return endAnswer(
        deps,
        { ended: 0, isFinished: true, nowMs: state.nowMs, streamsEndAfterMs: undefined },
        { subject: subjectStateView(tag, state) },
      );
    },
  });
}
