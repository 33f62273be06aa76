import type { Interval } from './interval.ts';
import { reachedLimits } from './reached-limits.ts';
import type { EndReason, PolicyFile } from './recording.ts';
import { eitherOf, endedState } from './session-state.ts';
import type { SessionState } from './session-state.ts';

/**
 * Rule 11: a session that has reached a limit of every policy is over, and the sweeper may have
 * ended it at any time since, by any version of the policy file that was used meanwhile.
 */
export function maybeSwept(
  state: SessionState,
  files: readonly PolicyFile[],
  now: Interval,
): SessionState {
  const { live } = state;
  if (live === undefined) return state;
  const reasons = new Set<EndReason>();
  for (const { policies, fromMs, untilMs } of files) {
    if (fromMs > now.hi || untilMs < live.startedAt.lo) continue;
    const then = { lo: Math.min(now.lo, untilMs), hi: Math.min(now.hi, untilMs) };
    const reached = Object.values(policies).map((policy) => reachedLimits(live, policy, then).by);
    if (reached.every((by) => by.length > 0)) for (const by of reached.flat()) reasons.add(by);
  }
  return [...reasons].map(endedState).reduce(eitherOf, state);
}
