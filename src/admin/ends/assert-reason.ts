import { AdminProblem } from '../wire/problem.ts';

/**
 * Makes sure that the reason of a call, which is logged, does not contain the credential that was
 * sent with it, in any case of its letters and escaped or not.
 * @param credential as the caller has sent it, or as it was read
 * @throws {AdminProblem}
 */
export function assertReason(reason: string | undefined, credential: string): void {
  if (reason === undefined || !plainly(reason).includes(plainly(credential))) return;
  throw new AdminProblem('invalid_request', 'body key reason: contains the credential');
}

/** One spelling for all that name the same credential. */
function plainly(text: string): string {
  const decoded = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decoded.toLowerCase();
}
