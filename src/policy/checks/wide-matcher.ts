import type { MatcherEntry } from '../file/policy-file.ts';

/** Folders of an application in which people work, so a pattern for all of one is too wide. */
const WORK =
  /^\/(?:|.*\/)(?:accounts?|admin|api|app|dashboard|home|me|my|profile|settings|users?)\/\*\*$/i;

/**
 * Whether a matcher of a policy for single pages covers the pages in which people work. A whole host
 * may be a login's, and a route or peer, too.
 */
export function isWide({ path, host, principal, context, header }: MatcherEntry): boolean {
  if (host !== undefined || principal !== undefined || context !== undefined) return false;
  if (header !== undefined) return false;
  return path === undefined || path === '/**' || path === '/' || WORK.test(path);
}
