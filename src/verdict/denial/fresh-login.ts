import type { Timeouts } from '../../terms/timeouts.ts';
import type { JudgedRequest } from '../judged-request.ts';
import type { DenyReason } from '../reason.ts';

/**
 * Whether the client is asked for a login that is more recent (RFC 9470). The session of a JWT ends
 * with it: tokens that are refreshed without a login belong to the same session.
 */
export function asksForFreshLogin({ source }: JudgedRequest, reason: DenyReason): boolean {
  if (reason === 'reauthentication_required') return true;
  return (
    source?.place.kind === 'jwt' && (reason === 'idle_timeout' || reason === 'absolute_timeout')
  );
}

/**
 * The age in whole seconds that the login may have, which is the timeout that was reached.
 * `undefined`: any login will do, or the timeout is not known.
 *
 * If the session had ended before this request, another policy may have ended it. Then it is the
 * shortest timeout of all policies that could have: a longer one would accept the login that has
 * ended.
 */
export function maxAgeS(judged: JudgedRequest, reason: DenyReason): number | undefined {
  if (!asksForFreshLogin(judged, reason)) return undefined;
  const { policy, endLimits, reachedLimit } = judged;
  const limits = reachedLimit === undefined ? [policy, ...endLimits] : [policy];
  const timeoutOf = timeoutReached(judged, reason);
  const timeoutsMs = limits.flatMap((each) => timeoutOf(each) ?? []);
  return timeoutsMs.length === 0 ? undefined : Math.floor(Math.min(...timeoutsMs) / 1000);
}

function timeoutReached(
  { reachedLimit }: JudgedRequest,
  reason: DenyReason,
): (limits: Timeouts) => number | undefined {
  const isAbsolute = reason === 'absolute_timeout' || reachedLimit === 'absolute';
  return ({ idleTimeoutMs, absoluteTimeoutMs }) => (isAbsolute ? absoluteTimeoutMs : idleTimeoutMs);
}
