import type { SessionClocks } from '../session/deadlines.ts';
import { absoluteRemainingMs } from '../session/deadlines.ts';
import type { EffectivePolicy } from '../session/effective-policy.ts';

/** So that no work which was finished in time is answered with an error. */
const GRACE_MS = 30_000;
/** Envoy versions differ in what they make of larger values. */
const CUT_MAX_MS = 2 ** 31 - 1;

/**
 * After how many milliseconds Envoy is to cut the request's stream, or `undefined`: it is not to be cut.
 *
 * A stream ends at the absolute deadline at the latest, and after `stream_max` (default: the idle timeout), so that
 * idleness and revocation take hold at the reconnect. Any other request gets a grace, and is bounded by an explicit
 * `stream_max` only, because not every stream says that it is one. Observing never cuts.
 */
export function streamCutMs(
  clocks: SessionClocks,
  policy: EffectivePolicy,
  isStream: boolean,
): number | undefined {
  if (!policy.streamCut || policy.mode === 'observe') return undefined;
  const remainingMs = absoluteRemainingMs(clocks, policy);
  const deadlineMs = remainingMs === undefined || isStream ? remainingMs : remainingMs + GRACE_MS;
  const boundMs = policy.streamMaxMs ?? (isStream ? policy.idleTimeoutMs : undefined);
  if (deadlineMs === undefined && boundMs === undefined) return undefined;
  const cutMs = Math.min(deadlineMs ?? CUT_MAX_MS, boundMs ?? CUT_MAX_MS, CUT_MAX_MS);
  // Envoy reads 0 as no limit at all.
  return Math.max(1, Math.floor(cutMs));
}
