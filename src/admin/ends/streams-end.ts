import type { PolicySet } from '../../policy/selection/policy-set.ts';
import { tightened } from '../../session/own-limits.ts';
import type { LiveRecord } from '../../session/session-record.ts';
import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import { readersOf } from '../sessions/session-view.ts';

/**
 * How long streams may stay open after an end, at most: a stream that is open is not checked again
 * until it is cut. `undefined`: some policy does not cut them.
 *
 * @param record the session before its end; `undefined` if it is not known, or there are several
 */
export function streamsEndAfterMs(
  policies: PolicySet,
  source: string,
  record: LiveRecord | undefined,
  nowMs: number,
): number | undefined {
  let longestMs = 0;
  for (const policy of readersOf(policies, source)) {
    const openMs = openForMs(policy, record, nowMs);
    if (openMs === undefined) return undefined;
    longestMs = Math.max(longestMs, openMs);
  }
  return longestMs;
}

/** As `stream-cut.ts` in `verdict`, for a stream that was opened at the last moment. */
function openForMs(
  policy: EffectivePolicy,
  record: LiveRecord | undefined,
  nowMs: number,
): number | undefined {
  if (!policy.streamCut || policy.mode === 'observe') return undefined;
  const { idleTimeoutMs, absoluteTimeoutMs } = tightened(policy, record?.ownLimits);
  const startedAtMs = record?.startedAtMs ?? nowMs;
  const absoluteMs =
    absoluteTimeoutMs === undefined ? Infinity : startedAtMs + absoluteTimeoutMs - nowMs;
  const openMs = Math.min(policy.streamMaxMs ?? idleTimeoutMs ?? Infinity, absoluteMs);
  return Number.isFinite(openMs) ? Math.max(0, openMs) : undefined;
}
