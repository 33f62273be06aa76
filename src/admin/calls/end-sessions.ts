import * as z from 'zod';
import type { RequestedEnd } from '../../session/session-record.ts';
import { permit } from '../access/permit.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { promiseSchema } from '../ends/end-answer.ts';
import { endBySubject } from '../ends/end-by-subject.ts';
import { endByCredentialCall, endBySession } from '../ends/end-one.ts';
import { endBodySchema } from '../ends/end-request-schema.ts';
import type { EndRequestBody } from '../ends/end-request-schema.ts';
import { endedBySchema, handleSchema, instantSchema } from '../wire/answer-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

const endedSchema = z
  .object({
    ...promiseSchema,
    session: handleSchema.optional(),
    ended_at: instantSchema('When the one session ended, perhaps before this call.').optional(),
    ended_by: endedBySchema.optional().meta({ description: 'Why it had ended before this call.' }),
    was_unknown: z.literal(true).optional().meta({
      description: 'The credential was not seen yet. It can never open a session now.',
    }),
    opened_since: z.int().optional().meta({
      description: 'How many sessions the subject has opened since the preview. They go on.',
    }),
  })
  .meta({ id: 'Ended' });

const previewSchema = z
  .object({
    count: z.int().meta({ description: 'How many live sessions would end.' }),
    preview: z.string().optional().meta({ description: 'For `confirm`, with the same selection.' }),
    preview_until: instantSchema('Until when it can be confirmed.').optional(),
  })
  .meta({ id: 'Preview' });

/** Ends sessions. */
export function endSessions(deps: AdminDependencies): AdminCall {
  return adminCall<EndRequestBody>({
    name: 'end_sessions',
    method: 'post',
    path: '/v1/sessions/end',
    summary: 'End sessions',
    description:
      'One of `{session}`, `{source, credential}` and `{subject, except?}`. An issuer ends by ' +
      'credential only. More than one session needs a dry run first; `confirm` takes its `preview`, ' +
      'and ends what was open at that time. All of it may be repeated.',
    roles: ['operator', 'issuer'],
    body: endBodySchema,
    answers: {
      200: {
        description: 'The sessions have ended, or the result of the dry run.',
        schema: z.union([endedSchema, previewSchema]),
      },
      202: {
        description: 'They have ended, and `not_yet` says what is missing.',
        schema: endedSchema,
      },
    },
    problems: [
      'not_a_handle',
      'malformed_credential',
      'invalid_token',
      'invalid_preview',
      'unknown_source',
      'unknown_session',
      'ambiguous_tag',
      'preview_required',
      'keys_incomplete',
      'store_unavailable',
    ],
    handle: async ({ body, actor, notes }) => {
      const isByCredential = 'credential' in body;
      permit(
        { actor, notes },
        isByCredential ? ['operator', 'issuer'] : ['operator'],
        isByCredential ? body.source : undefined,
      );
      const by: RequestedEnd = body.by ?? (notes.role === 'issuer' ? 'signed_out' : 'revoked');
      if (isByCredential) return endByCredentialCall(deps, notes, body, by);
      notes.reason = body.reason;
      if ('session' in body) return endBySession(deps, notes, body, by);
      return endBySubject(deps, notes, body, by);
    },
  });
}
