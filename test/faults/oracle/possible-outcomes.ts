import { hullOf, laterOf, overlapOf, timeBetween, type Interval } from './interval.ts';
import { reachedLimits } from './reached-limits.ts';
import type { Answer, CheckQuestion, EndReason, Policy, Question } from './recording.ts';
import { endedState, liveState } from './session-state.ts';
import type { LiveTimes, SessionState } from './session-state.ts';

/** An answer that is possible, and what the store holds after it. */
export interface Outcome {
  readonly answer: Answer;
  readonly after: SessionState;
}

/** A policy that may have judged a check, and the touch interval of its file. */
export interface JudgingPolicy {
  readonly policy: Policy;
  readonly touchIntervalMs: number;
}

/**
 * Everything that the rule allows to happen when a question reaches the store.
 *
 * @param asked what is asked; the policies that may judge a check, several while the policy file
 *   changes; the reasons that an end may get
 * @param at when the store decides
 */
export function possibleOutcomes(
  state: SessionState,
  asked: {
    readonly entry: { readonly question: Question };
    readonly judging: readonly JudgingPolicy[];
    readonly endingBy: readonly EndReason[];
  },
  at: Interval,
): readonly Outcome[] {
  const { judging, endingBy } = asked;
  const { question } = asked.entry;
  switch (question.kind) {
    case 'check':
      return [
        ...opened(state, at),
        ...(state.live === undefined ? [] : checked(state.live, question, judging, at)),
        ...stillEnded(state, (reason) => ({ kind: 'deny', reason })),
      ];
    case 'logout':
      return [
        ...ended(state, { kind: 'allow', reason: 'ok' }, endingBy),
        ...stillEnded(state, () => ({ kind: 'allow', reason: 'session_absent' })),
      ];
    case 'revoke':
      return [
        ...ended(state, { kind: 'ended' }, endingBy),
        ...stillEnded(state, (before) => ({ kind: 'ended', before })),
      ];
    default:
      return question satisfies never;
  }
}

/** Rule 8: an unknown credential opens a session, with activity now and no pause. */
function opened(state: SessionState, at: Interval): readonly Outcome[] {
  if (!state.mayBeUnknown) return [];
  const fresh = { startedAt: at, lastActivityAt: at, longestGap: { lo: 0, hi: 0 }, reached: [] };
  return [{ answer: { kind: 'allow', reason: 'ok' }, after: liveState(fresh) }];
}

/** Rules 2 to 5 and 7. */
function checked(
  live: LiveTimes,
  question: CheckQuestion,
  judging: readonly JudgingPolicy[],
  at: Interval,
): readonly Outcome[] {
  return judging.flatMap(({ policy, touchIntervalMs }) => {
    const { certainly, by } = reachedLimits(live, policy, at);
    const outcomes: Outcome[] = by.map((reason) => refused(live, policy, reason));
    if (certainly) return outcomes;
    const touched = question.isPassive ? live : touch(live, touchIntervalMs, at);
    const after = liveState(withinIdle(touched, policy));
    return [...outcomes, { answer: { kind: 'allow', reason: 'ok' }, after }];
  });
}

/** Rule 7: `end` ends it everywhere; `challenge` refuses, and leaves it to the other policies. */
function refused(live: LiveTimes, policy: Policy, reason: EndReason): Outcome {
  switch (policy.onExpiry) {
    case 'end':
      return { answer: { kind: 'deny', reason }, after: endedState(reason) };
    case 'challenge':
      return {
        answer: { kind: 'deny', reason: 'reauthentication_required' },
        after: liveState({ ...live, reached: [...live.reached, policy] }),
      };
    default:
      return policy.onExpiry satisfies never;
  }
}

/** Rule 4: it moves the last activity, unless that is nearer than the touch interval. */
function touch(live: LiveTimes, touchIntervalMs: number, at: Interval): LiveTimes {
  const pause = timeBetween(live.lastActivityAt, at);
  if (pause.hi < touchIntervalMs) return live;
  const moved: LiveTimes = {
    ...live,
    lastActivityAt: laterOf(live.lastActivityAt, at),
    longestGap: laterOf(live.longestGap, pause),
  };
  if (pause.lo >= touchIntervalMs) return moved;
  return {
    ...live,
    lastActivityAt: hullOf(live.lastActivityAt, moved.lastActivityAt),
    longestGap: hullOf(live.longestGap, moved.longestGap),
  };
}

/** A session that a policy has just allowed had no pause as long as its idle timeout. */
function withinIdle(live: LiveTimes, { idleMs }: Policy): LiveTimes {
  const within = overlapOf(live.longestGap, { lo: 0, hi: idleMs - 1 });
  return within === undefined ? live : { ...live, longestGap: within };
}

/** An end on request: it does not ask for limits, and an unknown credential leaves a tombstone. */
function ended(
  state: SessionState,
  answer: Answer,
  endingBy: readonly EndReason[],
): readonly Outcome[] {
  const mayEnd = state.mayBeUnknown || state.live !== undefined;
  return mayEnd ? endingBy.map((by) => ({ answer, after: endedState(by) })) : [];
}

/** Rule 6: ended is ended for ever, for its first reason. */
function stillEnded(
  { endedBy }: SessionState,
  answer: (reason: EndReason) => Answer,
): readonly Outcome[] {
  return Array.from(endedBy, (by) => ({ answer: answer(by), after: endedState(by) }));
}
