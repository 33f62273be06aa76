import type { RequestFacts } from '../session/request-facts.ts';
import { areCookiesTooLong, cookieLines } from './cookie-lines.ts';
import { credentialValue } from './credential-value.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import { percentDecode } from './percent-decode.ts';
import { ABSENT, AMBIGUOUS, MALFORMED, type Reading } from './reading.ts';
import { scanCookies } from './scan-cookies.ts';
import { usualValueStart } from './usual-cookie.ts';

/**
 * Reads one cookie out of all Cookie lines. Applications take the first, the last or any occurrence: occurrences that
 * differ are ambiguous, empty ones among them; a value with a comma inside is malformed, because it may be the seam of
 * two joined lines.
 */
export function readCookie(facts: RequestFacts, name: string, bytesMax: number): Reading {
  const lines = cookieLines(facts);
  const line = lines[0];
  if (line === undefined) return ABSENT;
  if (lines.length === 1) {
    const start = usualValueStart(line, name);
    if (start === 'absent') return ABSENT;
    if (start !== 'unusual') return credentialValue(pairValue(line, start), bytesMax);
  }
  if (areCookiesTooLong(lines)) return MALFORMED;
  const found = collectValues(lines, name);
  if (found === 'too many cookies') return MALFORMED;
  if (found === 'too many values') return AMBIGUOUS;
  const [first] = found.values;
  if (first === undefined) return ABSENT;
  if (areDifferent(found.values)) return AMBIGUOUS;
  return found.comma ? MALFORMED : credentialValue(first, bytesMax);
}

/** Up to the next `;`: a usual line has no comma. */
function pairValue(line: string, start: number): string {
  const end = line.indexOf(';', start);
  return line.slice(start, end === -1 ? line.length : end);
}

interface FoundValues {
  /** As sent, each up to the next `;` or `,`. */
  readonly values: readonly string[];
  readonly comma: boolean;
}

function collectValues(
  lines: readonly string[],
  name: string,
): FoundValues | 'too many cookies' | 'too many values' {
  const values: string[] = [];
  let comma = false;
  let pieces = 0;
  for (const line of lines) {
    const scan = scanCookies(line, name);
    pieces += scan.pieces;
    if (pieces > IDENTITY_LIMITS.cookiesMax) return 'too many cookies';
    const count = values.length + scan.occurrences.length;
    if (count > IDENTITY_LIMITS.occurrencesMax) return 'too many values';
    for (const { valueStart } of scan.occurrences) {
      const end = valueEnd(line, valueStart);
      comma ||= line.charAt(end) === ',';
      values.push(line.slice(valueStart, end));
    }
  }
  return { values, comma };
}

function valueEnd(line: string, start: number): number {
  let at = start;
  while (at < line.length && line.charAt(at) !== ';' && line.charAt(at) !== ',') at += 1;
  return at;
}

function areDifferent(values: readonly string[]): boolean {
  if (values.length < 2) return false;
  const decoded = new Set(values.map((value) => percentDecode(value)));
  return decoded.size > 1;
}
