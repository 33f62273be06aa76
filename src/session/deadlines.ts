/** The two timeouts of one policy: durations in milliseconds, `undefined` = off. */
export interface Timeouts {
  readonly idleTimeoutMs: number | undefined;
  readonly absoluteTimeoutMs: number | undefined;
}

/** The clocks of one session as a touch left them, all by the store's clock. */
export interface SessionClocks {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly lastActivityAtMs: number;
  readonly longestGapMs: number;
}

/** What is left to the idle deadline, or `undefined` when the policy has no idle timeout. Never negative. */
export function idleRemainingMs(clocks: SessionClocks, timeouts: Timeouts): number | undefined {
  if (timeouts.idleTimeoutMs === undefined) return undefined;
  if (clocks.longestGapMs >= timeouts.idleTimeoutMs) return 0;
  return Math.max(0, clocks.lastActivityAtMs + timeouts.idleTimeoutMs - clocks.nowMs);
}

/** What is left to the absolute deadline, or `undefined` when the policy has no absolute timeout. Never negative. */
export function absoluteRemainingMs(clocks: SessionClocks, timeouts: Timeouts): number | undefined {
  if (timeouts.absoluteTimeoutMs === undefined) return undefined;
  return Math.max(0, clocks.startedAtMs + timeouts.absoluteTimeoutMs - clocks.nowMs);
}
