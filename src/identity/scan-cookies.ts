import { isBlank } from './blank.ts';
import { isCookieName } from './cookie-name.ts';

/** One place in a Cookie line where some application finds the cookie that is looked for. */
export interface CookieOccurrence {
  readonly nameStart: number;
  readonly valueStart: number;
}

export interface CookieScan {
  readonly occurrences: readonly CookieOccurrence[];
  /** Pieces between `;` and `,`, whatever their names. */
  readonly pieces: number;
}

const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const EQUALS = 0x3d;
/** Characters by which a name may be another spelling of another one: `%`, `+`, `.` and `[`. */
const RESPELLING = new Set([0x25, 0x2b, 0x2e, 0x5b]);
const NONE: readonly CookieOccurrence[] = [];

/**
 * Finds every place where some application might read the cookie `name`: behind `;` (RFC 6265), behind `,` (RFC 2965,
 * and the map form of CheckRequest, in which Envoy has joined lines), and behind a blank (Python's http.cookies).
 * One pass; each character is looked at a few times at most.
 */
export function scanCookies(line: string, name: string): CookieScan {
  let occurrences: CookieOccurrence[] | undefined;
  let pieces = 1;
  let pieceStart = 0;
  let readFrom = 0;
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === SEMICOLON || code === COMMA) {
      pieces += 1;
      pieceStart = at + 1;
      readFrom = at + 1;
    } else if (code === EQUALS) {
      const span = { line, pieceStart, readFrom, equals: at };
      const nameStart = findName(span, name);
      if (nameStart !== undefined) (occurrences ??= []).push({ nameStart, valueStart: at + 1 });
      readFrom = at + 1;
    }
  }
  return { occurrences: occurrences ?? NONE, pieces };
}

/** What stands before one `=`: the piece it is in, and how much of that is behind the previous `=`. */
interface NameSpan {
  readonly line: string;
  readonly pieceStart: number;
  readonly readFrom: number;
  readonly equals: number;
}

/** Where the name begins if the cookie before this `=` may be read as `name`, else `undefined`. */
function findName(
  { line, pieceStart, readFrom, equals }: NameSpan,
  name: string,
): number | undefined {
  let end = equals;
  while (end > readFrom && isBlank(line.charCodeAt(end - 1))) end -= 1;
  let start = end;
  let respelling = false;
  while (start > readFrom && !isBlank(line.charCodeAt(start - 1))) {
    start -= 1;
    respelling ||= RESPELLING.has(line.charCodeAt(start));
  }
  const first = readFrom === pieceStart;
  // Directly behind another `=` it is part of a value.
  if (!first && start === readFrom) return undefined;
  if (end - start === name.length && line.startsWith(name, start)) return start;
  if (respelling && isCookieName(line.slice(start, end), name)) return start;
  // With blanks inside, which PHP turns into underscores.
  if (first && name.includes('_') && !isBlankFrom(line, pieceStart, start)) {
    if (isCookieName(line.slice(pieceStart, end), name)) return pieceStart;
  }
  return undefined;
}

function isBlankFrom(line: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isBlank(line.charCodeAt(at))) return false;
  return true;
}
