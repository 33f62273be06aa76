import { isBlank } from './credential-text.ts';
import type { WantedCookie } from './cookie-name.ts';
import { scanCookies, valueOf } from './scan-cookies.ts';
import { usualValueStart } from './usual-cookie.ts';

/** A cookie that is taken off a request. */
export interface UnwantedCookie {
  readonly cookie: WantedCookie;
  /** Whether a value as sent is removed. */
  removes(sent: string): boolean;
}

/**
 * The seam of two Cookie lines in the map form: Envoy joins with a bare comma, which no value of a
 * cookie contains.
 */
const SEAM = /,(?=[^\s;,="]+=)/g;
const CONTROL = /[\0-\x1f\x7f]/g; // oxlint-disable-line no-control-regex -- control characters must not leave
const OUTER_SPACES = /^ +/;

/**
 * One Cookie line without the unwanted cookies. The others keep their bytes and their order. It is
 * empty when none is left. Each place where some application might find an unwanted cookie is cut
 * out, up to the next `;`.
 */
export function stripCookies(
  lines: readonly string[],
  unwanted: readonly UnwantedCookie[],
  linesJoined: boolean,
): string {
  const kept: string[] = [];
  for (const line of lines) {
    for (const segment of (linesJoined ? line.replace(SEAM, ';') : line).split(';')) {
      const rest = withoutCookies(segment, unwanted)
        .replace(CONTROL, ' ')
        .replace(OUTER_SPACES, '');
      if (rest !== '') kept.push(rest);
    }
  }
  return kept.join('; ');
}

/** Whether one of these lines has an unwanted cookie. */
export function hasUnwanted(lines: readonly string[], unwanted: UnwantedCookie): boolean {
  const { name } = unwanted.cookie;
  return lines.some(
    (line) =>
      usualValueStart(line, name) !== 'absent' && firstUnwanted(line, unwanted) !== undefined,
  );
}

/** The part of a segment before the first of the cookies, without the comma that precedes it. */
function withoutCookies(segment: string, unwanted: readonly UnwantedCookie[]): string {
  let end = segment.length;
  for (const one of unwanted) end = Math.min(end, firstUnwanted(segment, one) ?? end);
  if (end === segment.length) return segment;
  while (end > 0 && isSeparator(segment.charCodeAt(end - 1))) end -= 1;
  return segment.slice(0, end);
}

/** Where the first unwanted occurrence begins. */
function firstUnwanted(text: string, { cookie, removes }: UnwantedCookie): number | undefined {
  const { occurrences } = scanCookies(text, cookie);
  return occurrences.find((occurrence) => removes(valueOf(text, occurrence)))?.nameStart;
}

function isSeparator(code: number): boolean {
  return code === 0x2c || isBlank(code);
}
