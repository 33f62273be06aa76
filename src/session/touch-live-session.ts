import type { SessionClocks } from './deadlines.ts';
import { endOf } from './end-session.ts';
import { reachedLimit } from './reached-limit.ts';
import type { ReachedLimit } from './reached-limit.ts';
import type { LiveRecord, SessionRecord } from './session-record.ts';
import type { TouchRequest } from './session-store.ts';
import type { SessionStep } from './session-step.ts';
import type { SubjectKey } from './subject-key.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/**
 * Checks one live session for one request, and counts it as activity if the rule allows it.
 *
 * In Redis, `rule.lua`, `touching.lua` and `refusing.lua` do the same; the conformance suite keeps
 * them equal.
 *
 * @param nowMs never earlier than the times in the record (see `presentOf`)
 */
export function touchLiveSession(
  record: LiveRecord,
  request: TouchRequest,
  nowMs: number,
): SessionStep<TouchOutcome> {
  const { rule } = request;
  const reached = reachedLimit(record, rule, nowMs);
  if (reached === undefined) {
    const refreshed = refresh(record, request, nowMs);
    const activity = activityOf(record, refreshed, rule.countsAsActivity);
    const clocks = clocksOf(refreshed, nowMs);
    const live = { kind: 'live', clocks, activity, opened: false } as const;
    if (request.subject === undefined) return keep(refreshed, live);
    return keep(refreshed, { ...live, subject: compared(record.subject, request.subject) });
  }
  switch (rule.mode) {
    case 'observe':
      return observe(record, request, reached, nowMs);
    case 'enforce':
      return refuse(record, request, reached, nowMs);
    default:
      return rule.mode satisfies never;
  }
}

// Ends nothing, and counts activity past the limit, because without Curfew the session would go on.
function observe(
  record: LiveRecord,
  request: TouchRequest,
  reached: ReachedLimit,
  nowMs: number,
): SessionStep<TouchOutcome> {
  const refreshed = refresh(record, request, nowMs);
  // The record is compared with the limit as of the time when it was written. So exactly one write
  // of a session crosses the limit and is counted.
  const crossed =
    refreshed !== record &&
    reachedLimit(record, request.rule, record.lastActivityAtMs) === undefined;
  const clocks = clocksOf(refreshed, nowMs);
  return keep(refreshed, {
    kind: 'expired',
    by: reached.by,
    clocks,
    effect: 'kept',
    crossed,
    opened: false,
  });
}

// A denied request is not activity. It moves no time, but ends or marks the session if the policy
// says so.
function refuse(
  record: LiveRecord,
  request: TouchRequest,
  reached: ReachedLimit,
  nowMs: number,
): SessionStep<TouchOutcome> {
  const { onExpiry, policy } = request.rule;
  const found = {
    kind: 'expired',
    by: reached.by,
    clocks: clocksOf(record, nowMs),
    crossed: false,
    opened: false,
  } as const;
  switch (onExpiry) {
    case 'keep':
      return keep(record, { ...found, effect: 'kept' });
    case 'challenge':
      return keep(marked(record, nowMs), { ...found, effect: 'kept' });
    case 'end': {
      const end = endOf(record, request.key, reached.by, { atMs: reached.atMs, policy });
      const { subject } = record;
      const ended = { ...found, effect: 'ended', ...(subject && { subject }) } as const;
      return { record: end.record, outcome: ended, events: [end.event] };
    }
    default:
      return onExpiry satisfies never;
  }
}

// Only the first mark is written.
function marked(record: LiveRecord, nowMs: number): LiveRecord {
  return record.challengedAtMs === undefined ? { ...record, challengedAtMs: nowMs } : record;
}

function refresh(record: LiveRecord, request: TouchRequest, nowMs: number): LiveRecord {
  const pauseMs = nowMs - record.lastActivityAtMs;
  if (!request.rule.countsAsActivity || pauseMs < request.source.touchIntervalMs) return record;
  const longestGapMs = Math.max(record.longestGapMs, pauseMs);
  return { ...record, lastActivityAtMs: nowMs, longestGapMs };
}

function activityOf(before: LiveRecord, after: LiveRecord, counts: boolean) {
  if (!counts) return 'passive';
  return after === before ? 'skipped' : 'moved';
}

function compared(known: SubjectKey | undefined, named: SubjectKey): 'none' | 'same' | 'other' {
  if (known === undefined) return 'none';
  return known === named ? 'same' : 'other';
}

/** The times of the session, as an outcome reports them. */
export function clocksOf(record: LiveRecord, nowMs: number): SessionClocks {
  const { startedAtMs, lastActivityAtMs, longestGapMs, ownLimits } = record;
  const clocks = { nowMs, startedAtMs, lastActivityAtMs, longestGapMs };
  return ownLimits === undefined ? clocks : { ...clocks, ownLimits };
}

function keep(record: SessionRecord, outcome: TouchOutcome): SessionStep<TouchOutcome> {
  return { record, outcome, events: [] };
}
