import { endOf } from './end-session.ts';
import { presentOf, reachedLimit, reachesAtMs } from './reached-limit.ts';
import type { SessionKey } from './session-key.ts';
import type { SessionRecord } from './session-record.ts';
import type { EndLimits } from './session-store.ts';
import type { SessionStep } from './session-step.ts';

/**
 * What the sweeper found. `over`: this step wrote the end. `waiting`: the session is not over
 * before `untilMs` (`Infinity`: never under these limits). `done`: there is nothing to end.
 */
export type OverOutcome =
  | { readonly kind: 'over'; readonly by: 'idle' | 'absolute' }
  | { readonly kind: 'waiting'; readonly untilMs: number }
  | { readonly kind: 'done' };

/**
 * Sweeping one session as a pure step. A session is over when *all* limits of its source are
 * reached; the limit that was reached last gives the reason, the instant and the policy. At the same
 * instant it is the first in the list.
 *
 * @param limits as `loosestLimits` returns them; if empty, nothing is ever over
 */
export function endIfOver(
  record: SessionRecord | undefined,
  key: SessionKey,
  limits: readonly EndLimits[],
  clockMs: number,
): SessionStep<OverOutcome> {
  if (record === undefined || record.kind === 'tombstone') {
    return { record, outcome: { kind: 'done' }, events: [] };
  }
  let last = limits[0];
  let overAtMs = last === undefined ? Infinity : reachesAtMs(record, last);
  for (const timeouts of limits) {
    const atMs = reachesAtMs(record, timeouts);
    if (atMs <= overAtMs) continue;
    overAtMs = atMs;
    last = timeouts;
  }
  const nowMs = presentOf(record, clockMs);
  const reached = last === undefined ? undefined : reachedLimit(record, last, nowMs);
  if (last === undefined || reached === undefined) {
    return { record, outcome: { kind: 'waiting', untilMs: overAtMs }, events: [] };
  }
  const end = endOf(record, key, reached.by, { atMs: reached.atMs, policy: last.policy });
  return { record: end.record, outcome: { kind: 'over', by: reached.by }, events: [end.event] };
}
