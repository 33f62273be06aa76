import { overlapOf, type Interval } from './interval.ts';
import type { JudgingPolicy } from './possible-outcomes.ts';
import type { Answer } from './recording.ts';
import { liveState } from './session-state.ts';
import type { SessionState } from './session-state.ts';

/** The remaining time is rounded down to whole seconds. */
const SECOND_MS = 1_000;

/**
 * Narrows the start of a session by the time that an allow says is left to the absolute deadline.
 * `undefined`: it contradicts what was known of the start, which never moves (rule 6).
 */
export function withStart(
  state: SessionState,
  answer: Answer,
  judging: readonly JudgingPolicy[],
  at: Interval,
): SessionState | undefined {
  const { live } = state;
  const [only, another] = judging;
  if (live === undefined || answer.kind !== 'allow' || answer.absoluteRemainingS === undefined) {
    return state;
  }
  if (only === undefined || another !== undefined) return state; // by whose timeout is not known
  const toNowMs = answer.absoluteRemainingS * SECOND_MS - only.policy.absoluteMs;
  const said = { lo: at.lo + toNowMs, hi: at.hi + toNowMs + SECOND_MS - 1 };
  const startedAt = overlapOf(live.startedAt, said);
  return startedAt && liveState({ ...live, startedAt });
}
