/** So that a line which is looked at here has fewer cookies than may be. */
const USUAL_LINE_MAX = 2_048;

/**
 * A Cookie line as browsers send it (RFC 6265 section 4.2.1): names in which no application sees another one (no blank,
 * `%`, `+`, `.` or `[`), values without `=`, and at most one space behind each `;`. Every `=` then ends a name, so that
 * nobody finds a cookie anywhere but under its own name.
 */
const USUAL_LINE = /^[!-$&-*\-/-:<>-Z\\-~]+=[^;,=]*(?:; ?[!-$&-*\-/-:<>-Z\\-~]+=[^;,=]*)*$/;

const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const SPACE = 0x20;

/**
 * Where the value of the one cookie of this name starts in a usual line. `unusual`: the line is none, or it has the
 * cookie more than once, and has to be scanned character by character.
 */
export function usualValueStart(line: string, name: string): number | 'absent' | 'unusual' {
  if (line.length > USUAL_LINE_MAX || !USUAL_LINE.test(line)) return 'unusual';
  let valueStart: number | undefined;
  for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + 1)) {
    if (line.charCodeAt(at + name.length) !== EQUALS || !isPairStart(line, at)) continue;
    if (valueStart !== undefined) return 'unusual';
    valueStart = at + name.length + 1;
  }
  return valueStart ?? 'absent';
}

function isPairStart(line: string, at: number): boolean {
  if (at === 0) return true;
  const before = line.charCodeAt(at - 1);
  return before === SEMICOLON || (before === SPACE && line.charCodeAt(at - 2) === SEMICOLON);
}
