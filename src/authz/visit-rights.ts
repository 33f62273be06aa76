import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import { joinedHeader } from '../terms/header-lines.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import { isNavigation } from '../verdict/navigation.ts';

/** What a visit of a login may do to the session of the credential that it carries. */
export interface VisitRights {
  /** End a session that has reached a limit of a policy that ends sessions. */
  readonly mayEnd: boolean;
  /** End a session with the challenge mark, because a fresh login replaces it. */
  readonly maySignOut: boolean;
}

const NONE: VisitRights = { mayEnd: false, maySignOut: false };

/**
 * The rights of one visit. Pages that a person opens, and calls that change something, may end a
 * session that is over. A background GET may not, because it can be late. A page of another site
 * must not be able to sign a user out. A prefetch and a doubtful request end nothing, and observing
 * never does.
 */
export function visitRightsOf(
  facts: RequestFacts,
  { policy, isDoubtful, isPrefetch }: PreparedSelection,
): VisitRights {
  if (policy.mode === 'observe' || isDoubtful || isPrefetch) return NONE;
  const changes = facts.method !== 'GET' && facts.method !== 'HEAD';
  return {
    mayEnd: changes || isNavigation(facts),
    maySignOut: changes && !isCrossSite(facts),
  };
}

/** By `sec-fetch-site` (W3C Fetch Metadata); programs and old browsers do not send it. */
function isCrossSite(facts: RequestFacts): boolean {
  return joinedHeader(facts, 'sec-fetch-site')?.includes('cross-site') === true;
}
