import { bytesOf, type CookiePlace } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import { companionCookies } from './companion-cookies.ts';
import { cookieLines } from './cookie-lines.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import { credentialIn } from './identify-source.ts';
import { cookieValue } from './credential-value.ts';
import { hasUnwanted, type UnwantedCookie } from './strip-cookies.ts';

/** What stays on a request. */
export interface KeptCredentials {
  /**
   * The source whose credential was judged, and those whose credentials are meant for the
   * application. What is at their places stays, even if another source is configured for the same
   * place.
   */
  readonly sources: readonly Source[];
  /** Values that are removed all the same, because their sessions have ended. */
  readonly except?: EndedValues;
}

/** Some of several values of one cookie. The others stay. */
export interface EndedValues {
  /** One of the kept sources. */
  readonly source: Source;
  readonly credentials: ReadonlySet<string>;
}

/** The cookies that are taken off a request: those at these places, and values that have ended. */
export function unwantedCookies(
  places: readonly CookiePlace[],
  facts: RequestFacts,
  { sources, except }: KeptCredentials,
): readonly UnwantedCookie[] {
  const unwanted: UnwantedCookie[] = [];
  for (const place of places) {
    for (const one of withCompanions(place, facts)) {
      if (!sources.some((source) => isCookieOf(source, one.cookie.name))) unwanted.push(one);
    }
  }
  if (except !== undefined) unwanted.push(endedValues(except));
  return unwanted;
}

function isCookieOf({ place }: Source, name: string): boolean {
  const bytes = bytesOf(place);
  return bytes.kind === 'cookie' && bytes.name === name;
}

/** A cookie at its place. Its companions go only together with a credential. */
function withCompanions(place: CookiePlace, facts: RequestFacts): readonly UnwantedCookie[] {
  const whole: UnwantedCookie = { cookie: place, removes: always };
  if (place.clearWith.length === 0) return [whole];
  const credential: UnwantedCookie = { cookie: place, removes: (sent) => !isEmpty(sent) };
  if (!hasUnwanted(cookieLines(facts), credential)) return [whole];
  const companions = companionCookies(place).map((cookie) => ({ cookie, removes: always }));
  return [whole, ...companions];
}

function always(): boolean {
  return true;
}

function isEmpty(sent: string): boolean {
  return sent === '' || sent === '""';
}

function endedValues({ source, credentials }: EndedValues): UnwantedCookie {
  const { place } = source;
  if (place.kind !== 'cookie') throw new Error(`source ${source.name} does not read a cookie`);
  const removes = (sent: string): boolean => {
    const reading = cookieValue(sent, IDENTITY_LIMITS.credentialBytesMax, place.pieces);
    if (reading.kind !== 'value') return false;
    const shaped = credentialIn(source, reading.value);
    return shaped.kind === 'value' && credentials.has(shaped.value);
  };
  return { cookie: place, removes };
}
