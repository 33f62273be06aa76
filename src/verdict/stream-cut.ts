import type { SessionClocks } from '../session/deadlines.ts';
import { absoluteRemainingMs, idleRemainingMs } from '../session/deadlines.ts';
import type { EffectivePolicy } from '../terms/effective-policy.ts';

/** Extra time, so that work which was finished in time is not answered with an error. */
const GRACE_MS = 30_000;
/** Versions of Envoy treat larger values differently. */
const CUT_MAX_MS = 2 ** 31 - 1;

/** What the cut depends on besides the session and its policy. */
export interface CutRequest {
  readonly isStream: boolean;
  /** Opening it did not count as activity. */
  readonly passive: boolean;
}

/**
 * After how many milliseconds Envoy must cut the request's stream. `undefined`: it is not cut.
 *
 * A stream never outlives its session, and ends after `stream_max` at the latest. When the client
 * reconnects, idleness and revocation take effect. Any other request gets extra time after the
 * absolute deadline, and only an explicit `stream_max` limits it, because not every stream is
 * recognised as one. Observing never cuts.
 */
export function streamCutMs(
  clocks: SessionClocks,
  policy: EffectivePolicy,
  { isStream, passive }: CutRequest,
): number | undefined {
  if (!policy.streamCut || policy.mode === 'observe') return undefined;
  const cutMs = isStream ? streamMs(clocks, policy, passive) : otherMs(clocks, policy);
  if (cutMs === undefined) return undefined;
  // Envoy reads 0 as no limit at all.
  return Math.max(1, Math.floor(Math.min(cutMs, CUT_MAX_MS)));
}

/**
 * An explicit `stream_max` lets a stream that was opened actively go on after the idle deadline: for
 * calls that take longer than the idle timeout.
 */
function streamMs(
  clocks: SessionClocks,
  policy: EffectivePolicy,
  passive: boolean,
): number | undefined {
  const { streams, streamMaxMs } = policy;
  const idleLeftMs = idleRemainingMs(clocks, policy);
  const openMs = least(absoluteRemainingMs(clocks, policy), streamMaxMs);
  if (idleLeftMs === undefined) return openMs;
  // Half, so that the reconnect, which is activity, comes before the deadline.
  if (streams === 'active') return least(openMs, idleLeftMs / 2);
  return passive || streamMaxMs === undefined ? least(openMs, idleLeftMs) : openMs;
}

function otherMs(clocks: SessionClocks, policy: EffectivePolicy): number | undefined {
  const leftMs = absoluteRemainingMs(clocks, policy);
  return least(leftMs === undefined ? undefined : leftMs + GRACE_MS, policy.streamMaxMs);
}

/** The smaller of two durations, of which `undefined` is the longest. */
function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : Math.min(one, other);
}
