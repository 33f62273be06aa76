import { tagOf } from '../../session/session-key.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { findByHandle } from '../sessions/find-session.ts';
import { sessionViewSchema } from '../sessions/session-schema.ts';
import { sessionView } from '../sessions/session-view.ts';
import { sessionName } from '../wire/request-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

/** One session whole. */
export function showSession(deps: AdminDependencies): AdminCall {
  return adminCall({
    name: 'show_session',
    method: 'get',
    path: '/v1/sessions/{session}',
    summary: 'Show a session',
    description:
      'By its handle, or by its tag of 12 characters, as logs have it. A session that has ended is ' +
      'found by its tag only for a while.',
    roles: ['viewer', 'operator'],
    segment: { name: 'session', schema: sessionName },
    answers: { 200: { description: 'The session.', schema: sessionViewSchema } },
    problems: ['not_a_handle', 'unknown_session', 'ambiguous_tag', 'store_unavailable'],
    handle: async ({ segment, notes }) => {
      const { directory } = deps.administration;
      const { whyKeysIncomplete } = deps;
      const found = await findByHandle({ directory, whyKeysIncomplete }, segment);
      notes.session = tagOf(found.key);
      return { status: 200, body: sessionView(found, deps.policies().policies) };
    },
  });
}
