import type { RequestFacts } from '../terms/request-facts.ts';
import type {
  BearerPlace,
  BytesPlace,
  CookiePlace,
  HeaderPlace,
} from '../terms/credential-place.ts';
import { bytesOf, headerNameOf } from '../terms/credential-place.ts';
import type { Source } from '../terms/source.ts';
import { areHeaderTwins } from '../terms/header-twin.ts';
import { areCookiesTooLong, cookieLines } from './cookie-lines.ts';
import { readBearer } from './read-place.ts';
import { hasUnwanted, stripCookies, type UnwantedCookie } from './strip-cookies.ts';
import { isInTarget } from './target-credential.ts';
import { unwantedCookies, type KeptCredentials } from './unwanted-cookies.ts';

/**
 * Changes to a request's headers: lines to set (replacing all of that name) and names to remove.
 */
export interface HeaderChanges {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

/** How credentials are taken off a request. */
export type Stripping =
  | { readonly kind: 'stripped'; readonly changes: HeaderChanges }
  /**
   * A credential of this source is in the path or the query, where it cannot be removed. The
   * request must be denied, or the application would use it.
   */
  | { readonly kind: 'in_target'; readonly source: Source };

const NO_HEADERS: readonly string[] = [];
const NOTHING_KEPT: KeptCredentials = { sources: [] };

/**
 * Takes every occurrence of these sources' credentials off a request, well-formed or not, so that
 * the application cannot use one that was not judged: also under names in another case and in
 * pieces, the cookies that the source names in `clear_with`, and the headers that jwt_authn has made
 * of a token. Other cookies keep their bytes, in one line.
 */
export function stripCredentials(
  sources: readonly Source[],
  facts: RequestFacts,
  kept: KeptCredentials = NOTHING_KEPT,
): Stripping {
  const remove = new Set<string>();
  const cookies: CookiePlace[] = [];
  for (const source of sources) {
    for (const name of forwardedHeaders(source, kept)) remove.add(name);
    const place = bytesOf(source.place);
    if (kept.sources.some((one) => areSame(bytesOf(one.place), place))) continue;
    if (isInTarget(source, facts)) return { kind: 'in_target', source };
    if (place.kind === 'cookie') cookies.push(place);
    else for (const name of headersOf(place, facts)) remove.add(name);
  }
  const line = cookieLineWithout(unwantedCookies(cookies, facts, kept), facts);
  if (line === '') remove.add('cookie');
  return {
    kind: 'stripped',
    changes: { set: line ? [['cookie', line]] : [], remove: [...remove] },
  };
}

/** Whether two places are one: of the same kind, and for a cookie or header of the same name. */
function areSame(one: BytesPlace, other: BytesPlace): boolean {
  switch (one.kind) {
    case 'cookie':
      return other.kind === 'cookie' && one.name === other.name;
    case 'header':
      return other.kind === 'header' && one.name === other.name;
    case 'bearer':
      return other.kind === 'bearer';
    default:
      return one satisfies never;
  }
}

/**
 * The headers that jwt_authn adds for a source. They go even if no token is seen here, because
 * jwt_authn may have found one at a place of its own.
 */
function forwardedHeaders(source: Source, kept: KeptCredentials): readonly string[] {
  const names = forwardedBy(source);
  if (names.length === 0) return names;
  return names.filter((name) => !kept.sources.some((one) => forwardedBy(one).includes(name)));
}

function forwardedBy({ place }: Source): readonly string[] {
  return place.kind === 'jwt' && place.verifiedBy.kind === 'envoy'
    ? place.verifiedBy.forwardedHeaders
    : NO_HEADERS;
}

function headersOf(place: HeaderPlace | BearerPlace, facts: RequestFacts): string[] {
  // Another scheme is not a credential of ours, and the application may need it.
  if (place.kind === 'bearer' && readBearer(facts, Infinity).kind === 'absent') return [];
  const wanted = headerNameOf(place);
  return facts.headers
    .filter((header) => areHeaderTwins(header.name, wanted))
    .map((header) => header.name);
}

/** The Cookie line to set. Empty: remove the header. `undefined`: none of the cookies is there. */
function cookieLineWithout(
  unwanted: readonly UnwantedCookie[],
  facts: RequestFacts,
): string | undefined {
  if (unwanted.length === 0) return undefined;
  const lines = cookieLines(facts);
  // Cookies that are too long to be searched cannot be cleaned either.
  if (areCookiesTooLong(lines)) return '';
  const isThere = unwanted.some((one) => hasUnwanted(lines, one));
  return isThere ? stripCookies(lines, unwanted, facts.linesJoined) : undefined;
}
