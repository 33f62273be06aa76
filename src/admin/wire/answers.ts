import { ServerKeysIncomplete } from '../../authz/check-faults.ts';
import { StoreOverloaded, StoreUnavailable } from '../../session/session-store.ts';
import type { CallNotes } from '../call-notes.ts';
import { AdminProblem } from './problem.ts';

const EVERY: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};
const CHALLENGE = 'Bearer realm="curfew administration"';
/** For faults that pass by themselves. */
const RETRY_AFTER_S = '1';

/** A successful answer. */
export function jsonAnswer(status: number, body: object): Response {
  const headers = { ...EVERY, 'content-type': 'application/json' };
  return new Response(JSON.stringify(body), { status, headers });
}

/** The problem document of an error. Of an unforeseen one it shows nothing; the log has it. */
export function problemAnswer(
  error: Error,
  notes: CallNotes,
  more: Readonly<Record<string, string>> = {},
): Response {
  const problem = problemOf(error, notes);
  notes.problem = problem.code;
  const headers = new Headers({
    ...EVERY,
    'content-type': 'application/problem+json',
    ...more,
  });
  if (problem.status === 401) headers.set('www-authenticate', CHALLENGE);
  if (problem.status === 503) headers.set('retry-after', RETRY_AFTER_S);
  return new Response(JSON.stringify(problem.document), { status: problem.status, headers });
}

function problemOf(error: Error, notes: CallNotes): AdminProblem {
  if (error instanceof AdminProblem) return error;
  notes.fault = error;
  // Their texts say what is wrong with the store, and contain nothing that a caller has sent.
  if (error instanceof StoreUnavailable) {
    const detail = `${error.message}; whether the call had an effect is not known: repeat it`;
    return new AdminProblem('store_unavailable', detail);
  }
  if (error instanceof StoreOverloaded) return new AdminProblem('overloaded', error.message);
  if (error instanceof ServerKeysIncomplete) {
    return new AdminProblem('keys_incomplete', error.message);
  }
  return new AdminProblem('internal_error', 'see the log of Curfew for what went wrong');
}
