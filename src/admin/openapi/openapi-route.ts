import * as z from 'zod';
import type { createRoute } from '@hono/zod-openapi';
import type { AdminCall } from '../calls/admin-call.ts';
import { PROBLEMS } from '../wire/problem.ts';
import type { ProblemCode } from '../wire/problem.ts';
import { problemSchema } from './problem-schema.ts';

type RouteConfig = Parameters<typeof createRoute>[0];

/** What every call may answer. */
const EVERY_CALL: readonly ProblemCode[] = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'too_slow',
  'head_too_large',
  'internal_error',
  'overloaded',
];
const WITH_BODY: readonly ProblemCode[] = ['content_too_large', 'unsupported_media_type'];

/** A call as the OpenAPI document describes it, by the schemas that validate it. */
export function openApiRoute(call: AdminCall): RouteConfig {
  const { name, method, path, summary, description, segment, query, body } = call;
  return {
    operationId: name,
    method,
    path,
    summary,
    description: `${description}\n\nRoles: ${call.roles.join(', ')}.`,
    security: [{ bearer: [] }, { certificate: [] }],
    request: {
      ...(segment && { params: z.object({ [segment.name]: segment.schema }) }),
      ...(query && { query: query as z.ZodObject }),
      ...(body && {
        body: { required: true, content: { 'application/json': { schema: body } } },
      }),
    },
    responses: { ...answersOf(call), ...problemsOf(call) },
  };
}

function answersOf({ answers }: AdminCall): RouteConfig['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      { description, content: { 'application/json': { schema } } },
    ]),
  );
}

/** By status: several problems may have the same one. */
function problemsOf(call: AdminCall): RouteConfig['responses'] {
  const codes = [...EVERY_CALL, ...(call.body === undefined ? [] : WITH_BODY), ...call.problems];
  const byStatus = Map.groupBy(new Set(codes), (code) => String(PROBLEMS[code][0]));
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => [
      status,
      {
        description: all.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`).join(' '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
