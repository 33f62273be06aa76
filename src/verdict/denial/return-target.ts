import { pathWithoutQuery } from '../../terms/path.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import { printable } from '../header-guard.ts';

const TARGET_MAX_BYTES = 2048;
/** A host name, IPv4 or bracketed IPv6 address, with an optional port. */
const AUTHORITY = /^((?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)|\[[0-9a-f:.]+\])\.?(:\d{1,5})?$/;
/**
 * What some browser or login page would read as the start of a different host, raw or encoded once.
 */
// oxlint-disable-next-line no-control-regex -- browsers drop tabs and newlines: `/<tab>/host` is `//host` to them
const UNSAFE_PATH = /\/\/|[\\#\x00-\x20\x7f]|%(?:[01][0-9a-f]|2f|5c|7f)/i;
// oxlint-disable-next-line no-control-regex -- see above
const UNSAFE_QUERY = /[#\x00-\x20\x7f]/;

/**
 * Where the login page may send its user back to, or an empty string if no target is safe. It is
 * the path with its query, which cannot leave the site. Scheme and host come before it only for a
 * host that the policy names. It does not depend on the method: a login returns with GET, so to the
 * form and not to what was posted.
 *
 * @param returnHosts hosts in lower case, without a port; the client's port is kept
 */
export function returnTarget(facts: RequestFacts, returnHosts: ReadonlySet<string>): string {
  const path = safePath(facts.path);
  if (path === undefined) return '';
  const target = `${safeOrigin(facts, returnHosts)}${path}`;
  return target.length <= TARGET_MAX_BYTES ? target : '';
}

function safePath(pathAndQuery: string): string | undefined {
  // The encoded form is never shorter, so it would be too long as well.
  if (pathAndQuery.length > TARGET_MAX_BYTES || !pathAndQuery.startsWith('/')) return undefined;
  const path = pathWithoutQuery(pathAndQuery);
  const query = pathAndQuery.slice(path.length);
  if (UNSAFE_PATH.test(path) || UNSAFE_QUERY.test(query)) return undefined;
  return printable(path + query.replaceAll('\\', '%5C'));
}

function safeOrigin(facts: RequestFacts, returnHosts: ReadonlySet<string>): string {
  const match = AUTHORITY.exec(facts.host.toLowerCase());
  const host = match?.[1];
  if (host === undefined || !returnHosts.has(host)) return '';
  const authority = `${host}${match?.[2] ?? ''}`;
  return `${facts.scheme === 'http' ? 'http' : 'https'}://${authority}`;
}
