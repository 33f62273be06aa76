import type { CookiePlace } from '../terms/credential-place.ts';
import { pathWithoutQuery } from '../terms/path.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import { startsWithName } from './cookie-name.ts';
import { percentDecode } from './credential-text.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';

const NONE: readonly string[] = [];
/** Proxies and applications decode a path once or twice. */
const DECODINGS_MAX = 2;

/**
 * The values that stand in the path parameter of a cookie (`;jsessionid=`), which Tomcat and Jetty
 * read like the cookie: as sent, and as the path reads after each decoding. The name is taken in any
 * case. Empty values do not count.
 */
export function pathParameters(
  facts: RequestFacts,
  { pathParameter }: CookiePlace,
): readonly string[] {
  if (pathParameter === undefined) return NONE;
  const values = new Set<string>();
  let path = pathWithoutQuery(facts.path);
  for (let decodings = 0; decodings <= DECODINGS_MAX; decodings += 1) {
    collectValues(path, pathParameter, values);
    const decoded = percentDecode(path);
    if (decoded === path) break;
    path = decoded;
  }
  return values.size === 0 ? NONE : [...values];
}

function collectValues(path: string, name: string, values: Set<string>): void {
  const { occurrencesMax } = IDENTITY_LIMITS;
  for (let at = path.indexOf(';'); at !== -1; at = path.indexOf(';', at + 1)) {
    const equals = at + 1 + name.length;
    if (path.charAt(equals) !== '=' || !startsWithName(path, at + 1, name)) continue;
    const value = path.slice(equals + 1, valueEnd(path, equals + 1));
    if (value !== '' && values.size <= occurrencesMax) values.add(value);
  }
}

function valueEnd(path: string, start: number): number {
  let at = start;
  while (at < path.length && path.charAt(at) !== ';' && path.charAt(at) !== '/') at += 1;
  return at;
}
