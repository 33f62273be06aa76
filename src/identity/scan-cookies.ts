import { isBlank } from './credential-text.ts';
import { nameKind, startsWithName, type NameKind, type WantedCookie } from './cookie-name.ts';

/** One place in a Cookie line where some application finds the wanted cookie, or a piece of it. */
export interface CookieOccurrence {
  readonly kind: NameKind;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
}

export interface CookieScan {
  readonly occurrences: readonly CookieOccurrence[];
  /** How many pairs `;` and `,` separate, of all names. */
  readonly pairs: number;
}

const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const NONE: readonly CookieOccurrence[] = [];

/**
 * Finds every place where some application might read the wanted cookie: after `;` (RFC 6265),
 * after `,` (RFC 2965, and the map form of CheckRequest, in which Envoy has joined lines), and
 * after a blank (Python's http.cookies). It takes one pass and reads each character a few times at
 * most.
 */
export function scanCookies(line: string, wanted: WantedCookie): CookieScan {
  let occurrences: CookieOccurrence[] | undefined;
  let pairs = 1;
  let pairStart = 0;
  let readFrom = 0;
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === SEMICOLON || code === COMMA) {
      pairs += 1;
      pairStart = at + 1;
      readFrom = at + 1;
    } else if (code === EQUALS) {
      const found = findName({ line, pairStart, readFrom, equals: at }, wanted);
      if (found !== undefined) (occurrences ??= []).push(found);
      readFrom = at + 1;
    }
  }
  return { occurrences: occurrences ?? NONE, pairs };
}

/** The value of an occurrence as sent, up to the next `;` or `,`. */
export function valueOf(line: string, { valueStart }: CookieOccurrence): string {
  let end = valueStart;
  while (end < line.length && !isSeparator(line.charCodeAt(end))) end += 1;
  return line.slice(valueStart, end);
}

/** Whether a comma ends the value, which may be the seam of two joined lines or a part of it. */
export function endsAtComma(line: string, { valueStart }: CookieOccurrence): boolean {
  const comma = line.indexOf(',', valueStart);
  if (comma === -1) return false;
  const semicolon = line.indexOf(';', valueStart);
  return semicolon === -1 || comma < semicolon;
}

function isSeparator(code: number): boolean {
  return code === SEMICOLON || code === COMMA;
}

/** The text before one `=`: the pair that it is in, and the part of it after the previous `=`. */
interface NameSpan {
  readonly line: string;
  readonly pairStart: number;
  readonly readFrom: number;
  readonly equals: number;
}

/** Finds the name before this `=` if some application may read it as the wanted cookie. */
function findName(
  { line, pairStart, readFrom, equals }: NameSpan,
  wanted: WantedCookie,
): CookieOccurrence | undefined {
  let end = equals;
  while (end > readFrom && isBlank(line.charCodeAt(end - 1))) end -= 1;
  let start = end;
  let respelling = false;
  while (start > readFrom && !isBlank(line.charCodeAt(start - 1))) {
    start -= 1;
    respelling ||= isRespelling(line.charCodeAt(start));
  }
  const first = readFrom === pairStart;
  // Directly after another `=` it is part of a value.
  if (!first && start === readFrom) return undefined;
  const found = (kind: NameKind, nameStart: number): CookieOccurrence => ({
    kind,
    nameStart,
    nameEnd: end,
    valueStart: equals + 1,
  });
  if (respelling || startsWithName(line, start, wanted.name)) {
    const kind = nameKind(line.slice(start, end), wanted);
    if (kind !== undefined) return found(kind, start);
  }
  // A name with blanks inside, which PHP turns into underscores.
  if (first && hasUnderscore(wanted) && !isBlankFrom(line, pairStart, start)) {
    const kind = nameKind(line.slice(pairStart, end), wanted);
    if (kind !== undefined) return found(kind, pairStart);
  }
  return undefined;
}

/**
 * A name with one of these may be a different spelling of the wanted one: `%`, `+`, `.` and `[`.
 */
function isRespelling(code: number): boolean {
  return code === 0x25 || code === 0x2b || code === 0x2e || code === 0x5b;
}

/** Names of pieces may have an underscore that the cookie itself has not. */
function hasUnderscore({ name, pieces }: WantedCookie): boolean {
  return pieces === 'refuse' || name.includes('_');
}

function isBlankFrom(line: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isBlank(line.charCodeAt(at))) return false;
  return true;
}
