import * as z from 'zod';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { listOfSource } from '../sessions/list-of-source.ts';
import { sessionItemSchema } from '../sessions/session-schema.ts';
import { listOfSubject } from '../subjects/list-of-subject.ts';
import { subjectStateSchema } from '../subjects/subject-schema.ts';
import { AdminProblem } from '../wire/problem.ts';
import { sealed, sourceName, subjectName } from '../wire/request-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;

const querySchema = z.strictObject({
  subject: subjectName.optional(),
  source: sourceName.optional(),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, `expected a number from 1 to ${LIMIT_MAX}`)
    .transform(Number)
    .refine((limit) => limit <= LIMIT_MAX, `expected a number from 1 to ${LIMIT_MAX}`)
    .optional()
    .meta({
      description: `At most so many, from 1 to ${LIMIT_MAX}. By default ${LIMIT_DEFAULT}.`,
      type: 'integer',
      minimum: 1,
      maximum: LIMIT_MAX,
    }),
  cursor: sealed.optional().meta({ description: 'As the page before returned it.' }),
});

const answerSchema = z
  .object({
    sessions: z.array(sessionItemSchema),
    subject: subjectStateSchema.optional().meta({
      description: 'What holds for the subject, on the first page of its sessions.',
    }),
    cursor: z.string().optional().meta({
      description: 'Where the next page begins; left out on the last one.',
    }),
  })
  .meta({ id: 'Sessions' });

/** The sessions of a subject, or of a source. */
export function listSessions(deps: AdminDependencies): AdminCall {
  return adminCall<undefined, z.output<typeof querySchema>>({
    name: 'list_sessions',
    method: 'get',
    path: '/v1/sessions',
    summary: 'List sessions',
    description:
      'Those of a subject, the newest first, or those of a source, in no order. Give one of the two. ' +
      'A page may be short and not be the last one.',
    roles: ['viewer', 'operator'],
    query: querySchema,
    answers: { 200: { description: 'A page of sessions.', schema: answerSchema } },
    problems: ['unknown_source', 'invalid_cursor', 'keys_incomplete', 'store_unavailable'],
    handle: async ({ query, notes }) => {
      const { subject, source, cursor, limit = LIMIT_DEFAULT } = query;
      const page = { cursor, limit };
      if (subject !== undefined && source === undefined) {
        return { status: 200, body: await listOfSubject(deps, notes, subject, page) };
      }
      if (source !== undefined && subject === undefined) {
        return { status: 200, body: await listOfSource(deps, notes, source, page) };
      }
      throw new AdminProblem('invalid_request', 'query: give subject or source, and not both');
    },
  });
}
