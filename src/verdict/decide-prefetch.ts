import type { SessionClocks } from '../session/deadlines.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { Source } from '../terms/source.ts';
import { decide, type JudgingSelection } from './decide.ts';
import type { Allow, Deny, Served } from './verdict.ts';

/** Whose credential a prefetch carries, and how often its activity is written. */
export interface PrefetchedSource {
  readonly source: Source;
  /** The touch interval of the source. */
  readonly touchIntervalMs: number;
}

/**
 * The verdict on a request that a browser makes ahead of a click (`sec-purpose`). Pure and total.
 *
 * The click itself sends nothing if the browser has the page. So a prefetch passes only while the
 * click would not have moved the session's last activity. After that it is declined, and the click
 * arrives as a request that counts. A prefetch opens no session either: the click does.
 *
 * @param outcome of a touch that does not count as activity, ends nothing and leaves no mark
 */
export function decidePrefetch(
  outcome: TouchOutcome,
  selection: JudgingSelection,
  { source, touchIntervalMs }: PrefetchedSource,
): Allow | Deny | Served {
  const { policy } = selection;
  const isJudged = policy.session !== 'off' && policy.mode === 'enforce';
  if (!isJudged) return decide(outcome, selection, source);
  switch (outcome.kind) {
    case 'live':
      return isTouchDue(outcome.clocks, touchIntervalMs)
        ? DECLINED
        : decide(outcome, selection, source);
    case 'expired':
      // Also under `session: optional`: the click may end the session, a prefetch may not.
      return { kind: 'deny', reason: 'reauthentication_required' };
    case 'unknown':
      return source.opening === 'first-use' ? DECLINED : decide(outcome, selection, source);
    case 'ended':
      return decide(outcome, selection, source);
    default:
      return outcome satisfies never;
  }
}

const DECLINED: Served = { kind: 'served', reason: 'prefetch_declined' };

/** Rule 4: whether a request that counts as activity would have been written. */
function isTouchDue({ nowMs, lastActivityAtMs }: SessionClocks, touchIntervalMs: number): boolean {
  return nowMs - lastActivityAtMs >= touchIntervalMs;
}
