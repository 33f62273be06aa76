import { isBlank } from './blank.ts';
import { scanCookies } from './scan-cookies.ts';

/** The seam of two Cookie lines in the map form: Envoy joins with a bare comma, and no cookie has one in its value. */
const SEAM = /,(?=[^\s;,="]+=)/g;
const CONTROL = /[\0-\x1f\x7f]/g; // oxlint-disable-line no-control-regex -- they are what must not leave
const OUTER_SPACES = /^ +/;

/**
 * One Cookie line without the cookies of these names, the others byte for byte and in order; empty when none is left.
 * Wherever some application might find one of the names, it is cut out up to the next `;`.
 */
export function stripCookies(
  lines: readonly string[],
  names: readonly string[],
  linesJoined: boolean,
): string {
  const kept: string[] = [];
  for (const line of lines) {
    for (const segment of (linesJoined ? line.replace(SEAM, ';') : line).split(';')) {
      const rest = withoutCookies(segment, names).replace(CONTROL, ' ').replace(OUTER_SPACES, '');
      if (rest !== '') kept.push(rest);
    }
  }
  return kept.join('; ');
}

/** What stands in a segment before the first of the cookies, without the comma that led to it. */
function withoutCookies(segment: string, names: readonly string[]): string {
  let end = segment.length;
  for (const name of names) {
    const [first] = scanCookies(segment, name).occurrences;
    if (first !== undefined) end = Math.min(end, first.nameStart);
  }
  if (end === segment.length) return segment;
  while (end > 0 && isSeparator(segment.charCodeAt(end - 1))) end -= 1;
  return segment.slice(0, end);
}

function isSeparator(code: number): boolean {
  return code === 0x2c || isBlank(code);
}
