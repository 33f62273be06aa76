import type { RequestFacts } from '../session/request-facts.ts';
import { areHeaderTwins } from './header-twin.ts';
import { ABSENT, AMBIGUOUS } from './reading.ts';

/** The one line of a header as it was sent (not empty), or why there is no such line. */
export type HeaderLineReading =
  typeof ABSENT | typeof AMBIGUOUS | { readonly kind: 'line'; readonly sent: string };

/**
 * Finds the one line of a header. Several lines, empty ones among them, and a name that differs only by `_` and `-`
 * are ambiguous: applications take the first, the last or all of them joined. Empty lines alone are no header.
 */
export function headerLine(facts: RequestFacts, name: string): HeaderLineReading {
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
