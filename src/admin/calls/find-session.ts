import * as z from 'zod';
import { tagOf } from '../../session/session-key.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { findByNames } from '../sessions/find-session.ts';
import { knownSource } from '../sessions/known-source.ts';
import { readCredential } from '../sessions/read-credential.ts';
import { sessionViewSchema } from '../sessions/session-schema.ts';
import { sessionView } from '../sessions/session-view.ts';
import { AdminProblem } from '../wire/problem.ts';
import { credential, sourceName } from '../wire/request-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

const bodySchema = z.strictObject({ source: sourceName, credential }).meta({ id: 'Credential' });

/** The session of a credential that was found somewhere. */
export function findSession(deps: AdminDependencies): AdminCall {
  return adminCall<z.output<typeof bodySchema>>({
    name: 'find_session',
    method: 'post',
    path: '/v1/sessions/find',
    summary: 'Find the session of a credential',
    description: 'A token that has expired still finds its session.',
    roles: ['viewer', 'operator'],
    body: bodySchema,
    answers: { 200: { description: 'The session.', schema: sessionViewSchema } },
    problems: [
      'malformed_credential',
      'invalid_token',
      'unknown_source',
      'unknown_session',
      'keys_incomplete',
      'store_unavailable',
    ],
    handle: async ({ body, notes }) => {
      const { policies } = deps.policies();
      const { source } = knownSource(policies, body.source);
      notes.source = source.name;
      const read = await readCredential(deps.proof, source, body.credential, 'named');
      const names = deps.namesOf(source.name, read.credential);
      const { directory } = deps.administration;
      const { whyKeysIncomplete } = deps;
      const found = await findByNames({ directory, whyKeysIncomplete }, names);
      if (found === undefined) {
        throw new AdminProblem('unknown_session', 'this credential has no session');
      }
      notes.session = tagOf(found.key);
      return { status: 200, body: sessionView(found, policies) };
    },
  });
}
