import type { EffectivePolicy } from '../terms/effective-policy.ts';
import { joinedHeader } from '../terms/header-lines.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { HeaderPair } from './check-reply.ts';

/**
 * Lets a page of a configured origin read a denial, which otherwise looks like a network error to
 * it. Every denial of a policy with origins has `vary`, even to an origin that is not allowed: the
 * answer depends on the origin either way.
 *
 * @param exposed response headers that a script may read
 */
export function corsHeaders(
  facts: RequestFacts,
  policy: EffectivePolicy,
  exposed: readonly string[],
): readonly HeaderPair[] {
  if (policy.corsOrigins.size === 0) return [];
  const vary: HeaderPair = ['vary', 'origin'];
  const origin = joinedHeader(facts, 'origin');
  if (origin === undefined || !isListedOrigin(facts, policy)) return [vary];
  return [
    ['access-control-allow-origin', origin],
    ['access-control-allow-credentials', 'true'],
    ['access-control-expose-headers', exposed.join(', ')],
    vary,
  ];
}

/** Whether a page of a configured origin sent the request. */
export function isListedOrigin(facts: RequestFacts, { corsOrigins }: EffectivePolicy): boolean {
  const origin = corsOrigins.size === 0 ? undefined : joinedHeader(facts, 'origin');
  return origin !== undefined && corsOrigins.has(origin);
}
