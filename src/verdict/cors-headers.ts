import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { HeaderPair } from './check-reply.ts';
import { joinedHeader } from './joined-header.ts';

/**
 * Lets a page of a configured origin read a denial, which is a mere network error to it otherwise. `vary` stands on
 * every denial of a policy with origins, allowed or not: the answer depends on it either way.
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
  if (origin === undefined || !policy.corsOrigins.has(origin)) return [vary];
  return [
    ['access-control-allow-origin', origin],
    ['access-control-allow-credentials', 'true'],
    ['access-control-expose-headers', exposed.join(', ')],
    vary,
  ];
}
