import type { CookiePlace } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import { areCookiesTooLong, cookieLines } from './cookie-lines.ts';
import { cookieValue } from './credential-value.ts';
import { ABSENT, AMBIGUOUS, malformed, type Reading, type ReadValue } from './identification.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import { pathParameters } from './path-parameter.ts';
import { endsAtComma, scanCookies, valueOf } from './scan-cookies.ts';
import { usualValueStart } from './usual-cookie.ts';

/**
 * Reads one cookie out of all Cookie lines, and out of the path where the source names a path
 * parameter. Applications take the first, the last or any occurrence, so all of them are read. Empty
 * ones do not count.
 *
 * A comma that was not escaped makes a value malformed, because it may be the seam of two joined
 * lines. So does a piece of the cookie, and so does a value that stands only under the name in
 * another case, or only in the path.
 */
export function readCookie(facts: RequestFacts, place: CookiePlace, bytesMax: number): Reading {
  const lines = cookieLines(facts);
  const inPath = pathParameters(facts, place);
  if (inPath.length > 0) return readOccurrences(lines, inPath, { place, bytesMax });
  const line = lines[0];
  if (line === undefined) return ABSENT;
  if (lines.length === 1) {
    const start = usualValueStart(line, place.name);
    if (start === 'absent') return ABSENT;
    if (start !== 'unusual') return cookieValue(pairValue(line, start), bytesMax, place.pieces);
  }
  return readOccurrences(lines, inPath, { place, bytesMax });
}

/** Up to the next `;`: a usual line has no comma. */
function pairValue(line: string, start: number): string {
  const end = line.indexOf(';', start);
  return line.slice(start, end === -1 ? line.length : end);
}

/** How the values of one cookie are read. */
interface CookieRule {
  readonly place: CookiePlace;
  readonly bytesMax: number;
}

function readOccurrences(
  lines: readonly string[],
  inPath: readonly string[],
  rule: CookieRule,
): Reading {
  if (areCookiesTooLong(lines)) return malformed('cookies_too_long');
  const found = new FoundValues(rule);
  for (const line of lines) {
    const fault = found.addLine(line);
    if (fault !== undefined) return fault;
  }
  return found.reading(inPath);
}

class FoundValues {
  readonly #rule: CookieRule;
  /** By the value, so that two spellings of one are one. */
  readonly #values = new Map<string, ReadValue>();
  #pairs = 0;
  #occurrences = 0;
  #isOwnName = false;
  #isCutAtComma = false;
  #firstFault: Reading | undefined;

  constructor(rule: CookieRule) {
    this.#rule = rule;
  }

  /** Answers what ends the search. */
  addLine(line: string): Reading | undefined {
    const scan = scanCookies(line, this.#rule.place);
    this.#pairs += scan.pairs;
    this.#occurrences += scan.occurrences.length;
    if (this.#pairs > IDENTITY_LIMITS.cookiesMax) return malformed('too_many_cookies');
    if (this.#occurrences > IDENTITY_LIMITS.occurrencesMax) return AMBIGUOUS;
    for (const occurrence of scan.occurrences) {
      if (occurrence.kind === 'piece') return malformed('piece');
      this.#isCutAtComma ||= endsAtComma(line, occurrence);
      const isValue = this.#add(valueOf(line, occurrence));
      this.#isOwnName ||= isValue && occurrence.kind === 'own';
    }
    return undefined;
  }

  reading(inPath: readonly string[]): Reading {
    const isInCookies = this.#values.size > 0;
    for (const value of inPath) this.#add(value);
    const values = [...this.#values.values()];
    if (this.#isCutAtComma) return values.length > 1 ? AMBIGUOUS : malformed('comma');
    if (this.#firstFault !== undefined) return this.#firstFault;
    const [first] = values;
    if (first === undefined) return ABSENT;
    if (!this.#isOwnName) return malformed(isInCookies ? 'other_case' : 'path_parameter');
    const { value, sent } = first;
    if (values.length === 1) return { kind: 'value', value, sent };
    return { kind: 'values', values, isInPath: inPath.length > 0 };
  }

  /** Whether there is a value, and not an empty one. */
  #add(sent: string): boolean {
    const { place, bytesMax } = this.#rule;
    const reading = cookieValue(sent, bytesMax, place.pieces);
    if (reading.kind === 'malformed') this.#firstFault ??= reading;
    if (reading.kind === 'value' && !this.#values.has(reading.value)) {
      this.#values.set(reading.value, { value: reading.value, sent });
    }
    return reading.kind !== 'absent';
  }
}
