import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import * as z from 'zod';
import { permit } from './access/permit.ts';
import { CallsOfCallers } from './access/calls-of-callers.ts';
import { authenticate } from './access/authenticate.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import type { AdminCall } from './calls/admin-call.ts';
import { openApiRoute } from './openapi/openapi-route.ts';
import type { Exchange } from './server/exchange.ts';
import { jsonAnswer, problemAnswer } from './wire/answers.ts';
import { AdminProblem } from './wire/problem.ts';
import { JsonFault, parseStrictJson } from './wire/strict-json.ts';
import { queryOf, validated } from './wire/validate.ts';

const NO_PARAMETERS = z.strictObject({});
const JSON_TYPE = /^application\/json(?:; ?charset="?utf-8"?)?$/i;

interface AdminEnv {
  readonly Bindings: { readonly exchange: Exchange };
}

export type AdminApp = OpenAPIHono<AdminEnv>;

/**
 * The calls as an application that turns a request into an answer. Who calls is found out first, so
 * that a stranger learns nothing and is read no further.
 */
export function createAdminApp(
  calls: readonly AdminCall[],
  { access }: Pick<AdminDependencies, 'access'>,
): AdminApp {
  const app: AdminApp = new OpenAPIHono<AdminEnv>({ strict: true });
  const callers = new CallsOfCallers();
  app.use('*', async (context, next) => {
    const { exchange } = context.env;
    const actor = await authenticate(access, exchange.shown);
    exchange.notes.actor = actor;
    await callers.during(actor, next);
  });
  // Paths without a variable part come first: otherwise it would take their names.
  const paths = [...new Set(calls.map(({ path }) => path))].toSorted(
    (one, other) => Number(one.includes('{')) - Number(other.includes('{')),
  );
  for (const path of paths)
    addPath(
      app,
      path,
      calls.filter((call) => call.path === path),
    );
  app.notFound((context) => {
    const detail = 'see /openapi.json for all calls';
    return problemAnswer(new AdminProblem('not_found', detail), context.env.exchange.notes);
  });
  app.onError((error, context) => problemAnswer(error, context.env.exchange.notes));
  return app;
}

function addPath(app: AdminApp, path: string, calls: readonly AdminCall[]): void {
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
  for (const call of calls) {
    app.openAPIRegistry.registerPath(openApiRoute(call));
    app.on(call.method.toUpperCase(), pattern, (context) => answer(call, context));
  }
  app.all(pattern, (context) => {
    const methods = calls.map(({ method }) => method.toUpperCase()).join(', ');
    const problem = new AdminProblem('method_not_allowed', `use ${methods}`);
    return problemAnswer(problem, context.env.exchange.notes, { allow: methods });
  });
}

async function answer(call: AdminCall, context: Context<AdminEnv>): Promise<Response> {
  const { exchange } = context.env;
  const { notes } = exchange;
  notes.call = call.name;
  const { actor } = notes;
  if (actor === undefined) throw new Error('a call was reached without its caller');
  permit({ actor, notes }, call.roles);
  const query = queryOf(new URL(context.req.url));
  const result = await call.handle({
    query: validated({ name: 'query', schema: call.query ?? NO_PARAMETERS, value: query }),
    segment: call.segment === undefined ? '' : (context.req.param(call.segment.name) ?? ''),
    body: await bodyOf(call, exchange),
    actor,
    notes,
  });
  return jsonAnswer(result.status, result.body);
}

async function bodyOf({ body: schema }: AdminCall, exchange: Exchange): Promise<unknown> {
  if (schema === undefined) {
    if (exchange.hasBody) throw new AdminProblem('invalid_request', 'this call takes no body');
    return undefined;
  }
  if (!JSON_TYPE.test(exchange.contentType)) {
    throw new AdminProblem('unsupported_media_type', 'send content-type: application/json');
  }
  try {
    return validated({ name: 'body', schema, value: parseStrictJson(await exchange.readBody()) });
  } catch (error) {
    if (error instanceof JsonFault) throw new AdminProblem('invalid_request', error.message);
    throw error;
  }
}
