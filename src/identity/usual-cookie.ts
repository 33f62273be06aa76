import { codeAt } from '../terms/code-at.ts';
import { startsWithName } from './cookie-name.ts';

/** A line of this length has fewer cookies than the limit, so it need not be counted. */
const USUAL_LINE_MAX = 2_048;

/**
 * A Cookie line as browsers send it (RFC 6265 section 4.2.1): names that no application reads as
 * another name (no blank, `%`, `+`, `.` or `[`), values without `=`, and at most one space after
 * each `;`. Then every `=` ends a name, so no application finds a cookie anywhere but under its own
 * name.
 */
const USUAL_LINE = /^[!-$&-*\-/-:<>-Z\\-~]+=[^;,=]*(?:; ?[!-$&-*\-/-:<>-Z\\-~]+=[^;,=]*)*$/;

const EQUALS = 0x3d;
const SPACE = 0x20;

/**
 * Where the value of the one cookie of this name starts in a usual line. `unusual`: the line is not
 * a usual one, or has the cookie more than once, in another case, or perhaps in pieces, so it must
 * be scanned character by character.
 */
export function usualValueStart(line: string, name: string): number | 'absent' | 'unusual' {
  if (line.length > USUAL_LINE_MAX || !USUAL_LINE.test(line)) return 'unusual';
  const first = codeAt(name, 0);
  let valueStart: number | undefined;
  let at = 0;
  for (;;) {
    const code = codeAt(line, at);
    // Most names differ in their first character, in any case.
    const found = (code | 0x20) === (first | 0x20) ? valueStartOf(line, at, name) : undefined;
    if (found !== undefined) {
      if (found === 'unusual' || valueStart !== undefined) return 'unusual';
      valueStart = found;
    }
    const semicolon = line.indexOf(';', at);
    if (semicolon === -1) return valueStart ?? 'absent';
    at = semicolon + (codeAt(line, semicolon + 1) === SPACE ? 2 : 1);
  }
}

/** Where the value starts in a pair that begins with the wanted name. */
function valueStartOf(line: string, at: number, name: string): number | 'unusual' | undefined {
  const end = at + name.length;
  const isOwn = line.startsWith(name, at);
  if (!isOwn && !startsWithName(line, at, name)) return undefined;
  if (codeAt(line, end) !== EQUALS) return isLikePiece(line, end) ? 'unusual' : undefined;
  return isOwn ? end + 1 : 'unusual';
}

/** Whether the rest of a name may be that of a piece: `_0`, `-0`, `C1`, `_chunks`. */
function isLikePiece(line: string, at: number): boolean {
  const code = codeAt(line, at);
  const next = codeAt(line, at + 1) | 0x20;
  if ((code | 0x20) === 0x63) return isDigit(next);
  return (code === 0x5f || code === 0x2d) && (isDigit(next) || next === 0x63);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
