import type { CookiePlace } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import { companionCookies } from './companion-cookies.ts';
import { areCookiesTooLong, cookieLines } from './cookie-lines.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import type { WantedCookie } from './cookie-name.ts';
import { scanCookies } from './scan-cookies.ts';

/** A name of a cookie (RFC 6265 section 4.1.1): nothing else may be written into `set-cookie`. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The names of the cookies that a browser must forget when the session of this cookie has ended: the
 * cookie, its companions, and the pieces and names in another case that the request carries. All of
 * them are cleared with the attributes of the place. Of the names that the request carries, at most
 * `occurrencesMax` are cleared.
 */
export function cookiesToClear(place: CookiePlace, facts: RequestFacts): readonly string[] {
  const names = [place.name, ...place.clearWith];
  const lines = cookieLines(facts);
  if (areCookiesTooLong(lines)) return names;
  const seen = [place, ...companionCookies(place)].flatMap((cookie) => namesSeen(lines, cookie));
  const others = new Set(seen.filter((name) => TOKEN.test(name) && !names.includes(name)));
  return [...names, ...[...others].slice(0, IDENTITY_LIMITS.occurrencesMax)];
}

/** The names of the occurrences of a cookie, as they were sent. */
function namesSeen(lines: readonly string[], cookie: WantedCookie): readonly string[] {
  return lines.flatMap((line) =>
    scanCookies(line, cookie).occurrences.map(({ nameStart, nameEnd }) =>
      line.slice(nameStart, nameEnd),
    ),
  );
}
