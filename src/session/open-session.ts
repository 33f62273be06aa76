import type { OpenedEvent } from './session-event.ts';
import type { LiveRecord, SessionRecord } from './session-record.ts';
import type { OpenRequest } from './session-store.ts';
import type { SessionStep } from './session-step.ts';
import { touchLiveSession } from './touch-live-session.ts';
import { touchSession } from './touch-session.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/**
 * The opening as a pure step. With a record or a tombstone it is exactly a touch. A new session
 * starts with activity now and without a pause, and is then checked like any other: if its login is
 * old enough, it is expired at once.
 */
export function openSession(
  record: SessionRecord | undefined,
  request: OpenRequest,
  clockMs: number,
): SessionStep<TouchOutcome> {
  if (record !== undefined) return touchSession(record, request, clockMs);
  const { key, opening, rule, subject, subjectName, ownLimits } = request;
  const { source } = request.source;
  const fresh: LiveRecord = {
    kind: 'live',
    source,
    startedAtMs: Math.min(request.startedAtMs ?? clockMs, clockMs),
    lastActivityAtMs: clockMs,
    longestGapMs: 0,
    challengedAtMs: undefined,
    subject,
    subjectName,
    ownLimits,
  };
  const opened: OpenedEvent = {
    kind: 'opened',
    by: opening,
    atMs: clockMs,
    session: key,
    source,
    policy: rule.policy,
    subject,
  };
  const touched = touchLiveSession(fresh, request, clockMs);
  return {
    record: touched.record,
    outcome: asOpened(touched.outcome, request),
    events: [opened, ...touched.events],
  };
}

// The write that creates the record is the activity. In observe mode it is also the write that
// crosses the limit.
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
