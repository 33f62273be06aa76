import type { Timeouts } from './deadlines.ts';
import { endOf } from './judge-session.ts';
import { presentOf, reachedLimit, reachesAtMs } from './reached-limit.ts';
import type { SessionKey } from './session-key.ts';
import type { SessionRecord } from './session-record.ts';
import type { SessionStep } from './session-step.ts';

/**
 * What the sweeper found. `over`: this step wrote the end. `waiting`: not over before `untilMs` (`Infinity`: never
 * under these limits). `done`: nothing left to end.
 */
export type OverOutcome =
  | { readonly kind: 'over'; readonly by: 'idle' | 'absolute' }
  | { readonly kind: 'waiting'; readonly untilMs: number }
  | { readonly kind: 'done' };

/**
 * The sweeper's look at one session as a pure step: it is over when *all* limits of its source are reached, and the
 * limit that was reached last names the reason and the instant. `limits` is the frontier of `loosestLimits`; empty =
 * nothing is ever over.
 */
export function endIfOver(
  record: SessionRecord | undefined,
  key: SessionKey,
  limits: readonly Timeouts[],
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
  if (reached === undefined) {
    return { record, outcome: { kind: 'waiting', untilMs: overAtMs }, events: [] };
  }
  const end = endOf(record, key, reached.by, { atMs: reached.atMs, policy: undefined });
  return { record: end.record, outcome: { kind: 'over', by: reached.by }, events: [end.event] };
}
