import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import type { Identification } from './identification.ts';
import { identifySource } from './identify-source.ts';
import { ABSENT } from './identification.ts';

const BETWEEN_SOURCES: Identification = { kind: 'ambiguous', source: undefined };

/**
 * Whose session a request belongs to, by the sources that the policy admits.
 *
 * Every source is read, even after one has found a credential: the application may use any of them.
 * Ambiguous takes precedence over malformed, and malformed over found. Two sources that both find a
 * credential are ambiguous.
 */
export function identify(sources: readonly Source[], facts: RequestFacts): Identification {
  let answer: Identification = ABSENT;
  for (const source of sources) {
    const next = identifySource(source, facts);
    if (next.kind === 'absent') continue;
    if (next.kind === 'ambiguous') return next;
    answer = combine(answer, next);
  }
  return answer;
}

function combine(before: Identification, next: Identification): Identification {
  if (before.kind === 'absent') return next;
  if (before.kind === 'malformed') return before;
  return next.kind === 'malformed' ? next : BETWEEN_SOURCES;
}
