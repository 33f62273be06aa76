import * as z from 'zod';
import { ROLES } from '../access/grant.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

/** The description of all calls, this one included. */
export function showOpenApi(document: () => object): AdminCall {
  return adminCall({
    name: 'show_openapi',
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    description: 'OpenAPI 3.1, from the schemas that validate the calls.',
    roles: ROLES,
    answers: { 200: { description: 'The document.', schema: z.looseObject({}) } },
    problems: [],
    handle: () => ({ status: 200, body: document() }),
  });
}
