import { LIMITS } from './world.ts';
import type { PolicyName } from './world.ts';

/**
 * What is true of a session by section 3 of the design: written from its words alone, without the
 * code of the product, to compare the two.
 */
export interface Truth {
  readonly startedAtMs: number;
  readonly lastActivityAtMs: number;
  readonly longestGapMs: number;
  readonly hasEnded: boolean;
}

/** Whether a request under this policy is let in. */
export function isLiveFor(truth: Truth | undefined, policy: PolicyName, clockMs: number): boolean {
  if (truth === undefined || truth.hasEnded) return false;
  const nowMs = presentMs(truth, clockMs);
  const { idleTimeoutMs, absoluteTimeoutMs } = LIMITS[policy];
  if (nowMs - truth.startedAtMs >= absoluteTimeoutMs) return false;
  return Math.max(nowMs - truth.lastActivityAtMs, truth.longestGapMs) < idleTimeoutMs;
}

/** Whether every policy would refuse it. */
export function isOver(truth: Truth, clockMs: number): boolean {
  return !isLiveFor(truth, 'calm', clockMs) && !isLiveFor(truth, 'strict', clockMs);
}

/** After a request. */
export function afterTouch(
  truth: Truth | undefined,
  policy: PolicyName,
  clockMs: number,
): Truth | undefined {
  if (truth === undefined || truth.hasEnded) return truth;
  const nowMs = presentMs(truth, clockMs);
  if (!isLiveFor(truth, policy, clockMs)) return policy === 'calm' ? ended(truth) : truth;
  const longestGapMs = Math.max(truth.longestGapMs, nowMs - truth.lastActivityAtMs);
  return { ...truth, lastActivityAtMs: nowMs, longestGapMs };
}

export function afterOpening(
  truth: Truth | undefined,
  policy: PolicyName,
  clockMs: number,
): Truth | undefined {
  if (truth !== undefined) return afterTouch(truth, policy, clockMs);
  return { startedAtMs: clockMs, lastActivityAtMs: clockMs, longestGapMs: 0, hasEnded: false };
}

export function ended(truth: Truth): Truth {
  return { ...truth, hasEnded: true };
}

/** Of a credential that was ended before it was seen. */
export const NEVER_OPENED: Truth = {
  startedAtMs: 0,
  lastActivityAtMs: 0,
  longestGapMs: 0,
  hasEnded: true,
};

// The store's clock, never behind the newest time in the record.
function presentMs({ startedAtMs, lastActivityAtMs }: Truth, clockMs: number): number {
  return Math.max(clockMs, startedAtMs, lastActivityAtMs);
}
