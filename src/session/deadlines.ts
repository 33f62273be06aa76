import type { Timeouts } from '../terms/timeouts.ts';
import { tightened } from './own-limits.ts';

/** The times of one session after a touch, all by the store's clock. */
export interface SessionClocks {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly lastActivityAtMs: number;
  readonly longestGapMs: number;
  /** The limits of this session that tighten those of every policy; left out if it has none. */
  readonly ownLimits?: Timeouts | undefined;
}

/** The time to the idle deadline, at least 0; `undefined` if neither the policy nor the session has one. */
export function idleRemainingMs(clocks: SessionClocks, timeouts: Timeouts): number | undefined {
  const { idleTimeoutMs } = tightened(timeouts, clocks.ownLimits);
  if (idleTimeoutMs === undefined) return undefined;
  if (clocks.longestGapMs >= idleTimeoutMs) return 0;
  return Math.max(0, clocks.lastActivityAtMs + idleTimeoutMs - clocks.nowMs);
}

/**
 * The time to the absolute deadline, at least 0; `undefined` if neither the policy nor the session
 * has one.
 */
export function absoluteRemainingMs(clocks: SessionClocks, timeouts: Timeouts): number | undefined {
  const { absoluteTimeoutMs } = tightened(timeouts, clocks.ownLimits);
  if (absoluteTimeoutMs === undefined) return undefined;
  return Math.max(0, clocks.startedAtMs + absoluteTimeoutMs - clocks.nowMs);
}
