import { AdminProblem } from '../wire/problem.ts';

/**
 * Makes sure that the reason of a call, which is logged, does not contain the credential that was
 * sent with it.
 * @param credential as the caller has sent it, or as it was read
 * @throws {AdminProblem}
 */
export function assertReason(reason: string | undefined, credential: string): void {
  if (reason?.includes(credential) !== true) return;
  throw new AdminProblem('invalid_request', 'body key reason: contains the credential');
}
