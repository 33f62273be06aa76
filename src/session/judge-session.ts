import type { SessionClocks } from './deadlines.ts';
import { reachedLimit } from './reached-limit.ts';
import type { ReachedLimit } from './reached-limit.ts';
import type { EndedEvent } from './session-event.ts';
import type { SessionKey } from './session-key.ts';
import type { EndedBy, LiveRecord, SessionRecord, Tombstone } from './session-record.ts';
import type { TouchRequest } from './session-store.ts';
import type { SessionStep } from './session-step.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/** The end of one live session: its tombstone and the event that tells it. */
export function endOf(
  record: LiveRecord,
  key: SessionKey,
  by: EndedBy,
  end: { readonly atMs: number; readonly policy: string | undefined },
): { readonly record: Tombstone; readonly event: EndedEvent } {
  const { source } = record;
  return {
    record: { kind: 'tombstone', source, endedAtMs: end.atMs, endedBy: by },
    event: { kind: 'ended', by, atMs: end.atMs, session: key, source, policy: end.policy },
  };
}

/**
 * Judges one live session for one request, and counts the request as activity if it may.
 *
 * `nowMs` must not be behind the record (see `presentOf`). The Redis scripts say the same in `scripts/rule.lua` and `endings.lua`; the
 * conformance suite holds the two equal.
 */
export function judgeSession(
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
    return keep(refreshed, { kind: 'live', clocks, activity, opened: false });
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

// Never ends anything, and sees activity past the limit as the session itself would have gone on.
function observe(
  record: LiveRecord,
  request: TouchRequest,
  reached: ReachedLimit,
  nowMs: number,
): SessionStep<TouchOutcome> {
  const refreshed = refresh(record, request, nowMs);
  // As each record was when it was written: so exactly one write of a session crosses the limit, and is counted.
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

// A denied request is no activity: it moves nothing but, where the policy says so, the session to its end.
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
    case 'end': {
      const end = endOf(record, request.key, reached.by, { atMs: reached.atMs, policy });
      return { record: end.record, outcome: { ...found, effect: 'ended' }, events: [end.event] };
    }
    default:
      return onExpiry satisfies never;
  }
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

function clocksOf(record: LiveRecord, nowMs: number): SessionClocks {
  const { startedAtMs, lastActivityAtMs, longestGapMs } = record;
  return { nowMs, startedAtMs, lastActivityAtMs, longestGapMs };
}

function keep(record: SessionRecord, outcome: TouchOutcome): SessionStep<TouchOutcome> {
  return { record, outcome, events: [] };
}
