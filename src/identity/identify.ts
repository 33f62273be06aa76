import type { RequestFacts } from '../session/request-facts.ts';
import type { Source } from '../session/source.ts';
import type { Identification } from './identification.ts';
import { identifySource } from './identify-source.ts';
import { ABSENT, AMBIGUOUS } from './reading.ts';

/**
 * Whose session a request belongs to, by the sources that the policy admits.
 *
 * Every source is looked at, also after one has found something: the application may live on any of them. Ambiguous
 * beats malformed, malformed beats found, and two that both find are ambiguous.
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
  return next.kind === 'malformed' ? next : AMBIGUOUS;
}
