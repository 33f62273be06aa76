import type { RequestFacts } from '../session/request-facts.ts';
import type { CredentialPlace, Source } from '../session/source.ts';
import { areCookiesTooLong, cookieLines } from './cookie-lines.ts';
import { areHeaderTwins } from './header-twin.ts';
import { readBearer } from './read-bearer.ts';
import { scanCookies } from './scan-cookies.ts';
import { stripCookies } from './strip-cookies.ts';

/** Changes to a request's headers: lines to set (replacing all of that name) and names to remove. */
export interface HeaderChanges {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

/**
 * Takes every occurrence of these sources' credentials off a request, well-formed or not, so that the application
 * cannot live on one that nobody judged. Other cookies stay byte for byte, in one line.
 *
 * `judged` is the source whose credential was judged: what stands at its place stays, also when another source is
 * configured for the same place.
 */
export function stripCredentials(
  sources: readonly Source[],
  facts: RequestFacts,
  judged?: Source,
): HeaderChanges {
  const kept = judged === undefined ? undefined : nameOf(judged.place);
  const cookies = new Set<string>();
  const remove = new Set<string>();
  for (const source of sources) {
    const place = nameOf(source.place);
    if (place.kind === kept?.kind && place.name === kept.name) continue;
    if (place.kind === 'cookie') cookies.add(place.name);
    else for (const name of headersOf(place, facts)) remove.add(name);
  }
  const cookie = cookies.size === 0 ? undefined : cookieLineWithout([...cookies], facts);
  if (cookie === '') remove.add('cookie');
  return { set: cookie ? [['cookie', cookie]] : [], remove: [...remove] };
}

/** Where the bytes of a credential stand. */
interface PlaceName {
  readonly kind: 'cookie' | 'header' | 'bearer';
  readonly name: string;
}

function nameOf(place: CredentialPlace): PlaceName {
  switch (place.kind) {
    case 'cookie':
    case 'header':
      return { kind: place.kind, name: place.name };
    case 'bearer':
      return { kind: 'bearer', name: 'authorization' };
    case 'jwt':
      return nameOf(place.in);
    default:
      return place satisfies never;
  }
}

function headersOf(place: PlaceName, facts: RequestFacts): string[] {
  // Another scheme is no credential of ours, and the application may need it.
  if (place.kind === 'bearer' && readBearer(facts, Infinity).kind === 'absent') return [];
  return facts.headers
    .filter((header) => areHeaderTwins(header.name, place.name))
    .map((header) => header.name);
}

/** The Cookie line to set; empty = to be removed; `undefined` = none of the cookies is there. */
function cookieLineWithout(names: readonly string[], facts: RequestFacts): string | undefined {
  const lines = cookieLines(facts);
  // What is too long to be searched cannot be cleaned either.
  if (areCookiesTooLong(lines)) return '';
  const isThere = lines.some((line) =>
    names.some((name) => scanCookies(line, name).occurrences.length > 0),
  );
  return isThere ? stripCookies(lines, names, facts.linesJoined) : undefined;
}
