import { hullOf, later, type Interval } from './interval.ts';
import type { EndReason, Policy } from './recording.ts';
import type { LiveTimes } from './session-state.ts';

/** Whether a session has reached a limit of a policy, as far as it is known. */
export interface ReachedLimits {
  readonly certainly: boolean;
  /** The limits that may have been reached first; none: it has certainly reached no limit. */
  readonly by: readonly Extract<EndReason, 'idle_timeout' | 'absolute_timeout'>[];
}

/**
 * Rule 2: `now - startedAt >= absoluteTimeout` is expired by absolute, `max(now - lastActivityAt,
 * longestGap) >= idleTimeout` by idle. Equal is expired. If both hold, the deadline that came first
 * gives the reason, and a tie is absolute.
 */
export function reachedLimits(live: LiveTimes, policy: Policy, now: Interval): ReachedLimits {
  const idleAt = idleReachedAt(live, policy.idleMs);
  const absoluteAt = later(live.startedAt, policy.absoluteMs);
  const by: ReachedLimits['by'][number][] = [];
  if (idleAt.lo <= now.hi && idleAt.lo < absoluteAt.hi) by.push('idle_timeout');
  if (absoluteAt.lo <= now.hi && absoluteAt.lo <= idleAt.hi) by.push('absolute_timeout');
  const certainly =
    idleAt.hi <= now.lo || absoluteAt.hi <= now.lo || wasReachedBefore(live, policy);
  return { certainly, by };
}

/** An idle limit that only the longest pause reaches counts as reached at the last activity. */
function idleReachedAt({ lastActivityAt, longestGap }: LiveTimes, idleMs: number): Interval {
  const byPause = lastActivityAt;
  const byIdling = later(lastActivityAt, idleMs);
  if (longestGap.lo >= idleMs) return byPause;
  return longestGap.hi >= idleMs ? hullOf(byPause, byIdling) : byIdling;
}

function wasReachedBefore({ reached }: LiveTimes, { idleMs, absoluteMs }: Policy): boolean {
  return reached.some((limits) => limits.idleMs >= idleMs && limits.absoluteMs >= absoluteMs);
}
