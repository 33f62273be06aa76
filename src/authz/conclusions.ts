import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { Source } from '../terms/source.ts';
import { decidePrefetch } from '../verdict/decide-prefetch.ts';
import { decide, decideWithoutSession, type SessionlessReason } from '../verdict/decide.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { CheckRun } from './check-run.ts';

/** The verdict on what the store found. */
export function concludeTouch(
  run: CheckRun,
  selection: PreparedSelection,
  source: Source,
  outcome: TouchOutcome,
): Verdict {
  run.outcome = outcome;
  const verdict = selection.isPrefetch
    ? decidePrefetch(outcome, selection, { source, touchIntervalMs: touchIntervalMs(run, source) })
    : decide(outcome, selection, source);
  if (verdict.reason === 'session_absent') run.credentials = 'removed';
  return verdict;
}

/**
 * The verdict on a credential that names no session. A login gets the request without it, because a
 * login wants to begin again. A credential in the path cannot be removed, so it is denied.
 */
export function concludeWithoutSession(
  run: CheckRun,
  { policy }: PreparedSelection,
  reason: SessionlessReason,
): Verdict {
  if (policy.session !== 'login' || run.cause === 'path_parameter') {
    return decideWithoutSession(reason, policy);
  }
  run.credentials = 'removed';
  return { kind: 'allow', reason: 'session_absent' };
}

function touchIntervalMs({ policies }: CheckRun, { name }: Source): number {
  return policies.sourceRules.get(name)?.touchIntervalMs ?? 0;
}
