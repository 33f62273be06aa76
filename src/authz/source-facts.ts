import { cookiesToClear } from '../identity/cookies-to-clear.ts';
import type { PolicySet } from '../policy/selection/policy-set.ts';
import { bytesOf } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import type { Timeouts } from '../terms/timeouts.ts';

/** The limits of every enforcing policy that ends sessions of this source. */
export function endLimitsOf(
  { sourceRules }: PolicySet,
  source: Source | undefined,
): readonly Timeouts[] {
  return source === undefined ? [] : (sourceRules.get(source.name)?.endLimits ?? []);
}

/** Whether some policy with `session: login` admits this source. */
export function isLoginSource({ policies }: PolicySet, source: Source | undefined): boolean {
  if (source === undefined) return false;
  return policies.some(({ session, sources }) => session === 'login' && sources.has(source.name));
}

/** Names of the cookies that a browser must forget when the session of this source has ended. */
export function cookiesOf(source: Source | undefined, facts: RequestFacts): readonly string[] {
  const place = source === undefined ? undefined : bytesOf(source.place);
  return place?.kind === 'cookie' ? cookiesToClear(place, facts) : [];
}
