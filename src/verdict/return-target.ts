import type { RequestFacts } from '../session/request-facts.ts';
import { printable } from './header-guard.ts';

const TARGET_MAX_BYTES = 2048;
/** A host name, IPv4 or bracketed IPv6 address, with an optional port. */
const AUTHORITY = /^((?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)|\[[0-9a-f:.]+\])\.?(:\d{1,5})?$/;
/** What some browser or login page would read as the start of another host, raw or encoded once. */
// oxlint-disable-next-line no-control-regex -- browsers drop tabs and newlines: `/<tab>/host` is `//host` to them
const UNSAFE_PATH = /\/\/|[\\#\x00-\x20\x7f]|%(?:[01][0-9a-f]|2f|5c|7f)/i;
// oxlint-disable-next-line no-control-regex -- see above
const UNSAFE_QUERY = /[#\x00-\x20\x7f]/;

/**
 * Where the login page may send its user back to, or an empty string when nothing safe can be said: the path with its
 * query, which cannot leave the site, and with scheme and host only for a host that the policy names. The same for
 * every method: a login comes back with GET, to the form rather than to what was posted.
 *
 * @param returnHosts lower-case hosts; the port that the client used stands behind them
 */
export function returnTarget(facts: RequestFacts, returnHosts: ReadonlySet<string>): string {
  const path = safePath(facts.path);
  if (path === undefined) return '';
  const target = `${safeOrigin(facts, returnHosts)}${path}`;
  return target.length <= TARGET_MAX_BYTES ? target : '';
}

function safePath(pathAndQuery: string): string | undefined {
  // Its encoded form is never shorter, so nothing that long could be kept.
  if (pathAndQuery.length > TARGET_MAX_BYTES || !pathAndQuery.startsWith('/')) return undefined;
  const queryAt = pathAndQuery.indexOf('?');
  const path = queryAt === -1 ? pathAndQuery : pathAndQuery.slice(0, queryAt);
  const query = queryAt === -1 ? '' : pathAndQuery.slice(queryAt);
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
