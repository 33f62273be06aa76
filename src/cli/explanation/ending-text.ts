import { whyNoEnd, type NoEndReason } from '../../authz/endings/ending-rights.ts';
import type { Selection } from '../../terms/effective-policy.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';

const WHY_NOT: Readonly<Record<NoEndReason, string>> = {
  prefetch: 'a browser sends it ahead of a click',
  image: 'it is for an image',
  other_site:
    'a page of another site sends it (sec-fetch-site), or one of another origin that is not in cors_origins',
};

/** Whose sessions a request ends, or why none; no lines for most requests. */
export function endingLines({ policy, endings }: Selection, facts: RequestFacts): string[] {
  if (policy.session === 'ends' && endings.length === 0) {
    return ['  ends       nothing: mode: observe'];
  }
  return endings.map((ending) => {
    const whyNot = whyNoEnd(facts, ending);
    const by = ending.policy === policy.name ? '' : ` (policy "${ending.policy}")`;
    return whyNot === undefined
      ? `  ends       sessions of ${[...ending.sources].join(', ')}${by}`
      : `  ends       nothing: ${WHY_NOT[whyNot]}${by}`;
  });
}

/** The same for programs. */
export function endingsJson({ endings }: Selection, facts: RequestFacts): readonly object[] {
  return endings.map((ending) => ({
    policy: ending.policy,
    sources: [...ending.sources],
    why_not: whyNoEnd(facts, ending),
  }));
}
