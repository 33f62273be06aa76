import { areHeaderTwins } from './header-twin.ts';
import type { RequestFacts } from './request-facts.ts';

// Every name given to these functions is in lower case.

/** The one line of a header, as it was sent and not empty, or why there is no such line. */
export type OneHeaderLine =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'line'; readonly sent: string };

const ABSENT: OneHeaderLine = { kind: 'absent' };
const AMBIGUOUS: OneHeaderLine = { kind: 'ambiguous' };

/**
 * Finds the one line of a header. Several lines, empty ones among them, and a twin's line are
 * ambiguous: applications take the first, the last or all of them joined. Empty lines alone are no
 * header.
 */
export function oneHeaderLine(facts: RequestFacts, name: string): OneHeaderLine {
  let lines = 0;
  let sent = '';
  let twin = false;
  for (const header of facts.headers) {
    if (header.name.length !== name.length || !areHeaderTwins(header.name, name)) continue;
    lines += 1;
    twin ||= header.name !== name;
    if (header.value !== '') sent = header.value;
  }
  if (sent === '') return ABSENT;
  return lines > 1 || twin ? AMBIGUOUS : { kind: 'line', sent };
}

/**
 * All lines of one header as one value, or `undefined` when there is none. They are joined by
 * commas, as RFC 9110 section 5.3 allows and as Envoy's map form does. So a header that must be
 * single does not have one of its valid values when it was sent twice.
 */
export function joinedHeader(
  facts: Pick<RequestFacts, 'headers'>,
  name: string,
): string | undefined {
  let joined: string | undefined;
  for (const line of facts.headers) {
    if (line.name === name) joined = joined === undefined ? line.value : `${joined},${line.value}`;
  }
  return joined;
}

/** Whether the request has a header of exactly this name. */
export function hasHeader(facts: Pick<RequestFacts, 'headers'>, name: string): boolean {
  return facts.headers.some((header) => header.name === name);
}
