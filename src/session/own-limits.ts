import type { Timeouts } from '../terms/timeouts.ts';

/** The limits of a policy for one session: of each limit and the session's own, the smaller one. */
export function tightened(timeouts: Timeouts, own: Timeouts | undefined): Timeouts {
  if (own === undefined) return timeouts;
  return {
    idleTimeoutMs: smaller(timeouts.idleTimeoutMs, own.idleTimeoutMs),
    absoluteTimeoutMs: smaller(timeouts.absoluteTimeoutMs, own.absoluteTimeoutMs),
  };
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : Math.min(one, other);
}
