import { judgeSession } from './judge-session.ts';
import type { OpenedEvent } from './session-event.ts';
import type { LiveRecord, SessionRecord } from './session-record.ts';
import type { OpenRequest } from './session-store.ts';
import type { SessionStep } from './session-step.ts';
import { touchSession } from './touch-session.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/**
 * The opening as a pure step: with a record or a tombstone there it is exactly a touch. A new session begins with
 * activity now and without a pause, and is judged like any other: an old login may be over at once.
 */
export function openSession(
  record: SessionRecord | undefined,
  request: OpenRequest,
  clockMs: number,
): SessionStep<TouchOutcome> {
  if (record !== undefined) return touchSession(record, request, clockMs);
  const { key, opening, rule } = request;
  const { source } = request.source;
  const fresh: LiveRecord = {
    kind: 'live',
    source,
    startedAtMs: Math.min(request.startedAtMs ?? clockMs, clockMs),
    lastActivityAtMs: clockMs,
    longestGapMs: 0,
  };
  const opened: OpenedEvent = {
    kind: 'opened',
    by: opening,
    atMs: clockMs,
    session: key,
    source,
    policy: rule.policy,
  };
  const judged = judgeSession(fresh, request, clockMs);
  return {
    record: judged.record,
    outcome: asOpened(judged.outcome, request),
    events: [opened, ...judged.events],
  };
}

// The write that creates the record is the activity, and in observe mode the one that crosses the limit.
function asOpened(outcome: TouchOutcome, { rule }: OpenRequest): TouchOutcome {
  switch (outcome.kind) {
    case 'live':
      return { ...outcome, activity: rule.countsAsActivity ? 'moved' : 'passive', opened: true };
    case 'expired':
      return { ...outcome, crossed: rule.mode === 'observe', opened: true };
    case 'ended':
    case 'unknown':
      return outcome;
    default:
      return outcome satisfies never;
  }
}
