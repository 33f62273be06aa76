import { endOf } from './end-session.ts';
import { presentOf, reachedLimit } from './reached-limit.ts';
import type { ReachedLimit } from './reached-limit.ts';
import type { EndedBy, LiveRecord, SessionRecord } from './session-record.ts';
import type { EndLimits, LoginOutcome, LoginVisit } from './session-store.ts';
import type { SessionStep } from './session-step.ts';
import { clocksOf } from './touch-live-session.ts';

/**
 * The visit of a login as a pure step. Never opens a session, and never counts as activity.
 *
 * In Redis, `login.lua` does the same; the conformance suite keeps them equal.
 *
 * @param signOutBy the reason for the end of a session with the challenge mark
 */
export function visitLogin(
  record: SessionRecord | undefined,
  visit: LoginVisit,
  clockMs: number,
  signOutBy: EndedBy = 'signed_out',
): SessionStep<LoginOutcome> {
  if (record === undefined) return found(record, { kind: 'unknown' });
  switch (record.kind) {
    case 'live':
      return visitLive(record, visit, presentOf(record, clockMs), signOutBy);
    case 'tombstone': {
      const { endedBy, endedAtMs } = record;
      return found(record, { kind: 'ended', by: endedBy, endedAtMs, byThisVisit: false });
    }
    default:
      return record satisfies never;
  }
}

function visitLive(
  record: LiveRecord,
  visit: LoginVisit,
  nowMs: number,
  signOutBy: EndedBy,
): SessionStep<LoginOutcome> {
  const first = firstReached(record, visit.endLimits, nowMs);
  if (first !== undefined && visit.mayEnd) {
    return ended(record, visit, first);
  }
  // The mark comes before a limit that may not end the session: the login under way must not be
  // given the old credential.
  if (record.challengedAtMs !== undefined) {
    if (!visit.maySignOut) return found(record, { kind: 'marked' });
    return ended(record, visit, { by: signOutBy, atMs: nowMs, policy: undefined });
  }
  if (first !== undefined) return found(record, { kind: 'over', by: first.by });
  return found(record, { kind: 'live', clocks: clocksOf(record, nowMs) });
}

// Of limits that were reached at the same instant an absolute one counts, then the first in the
// list.
function firstReached(
  record: LiveRecord,
  limits: readonly EndLimits[],
  nowMs: number,
): (ReachedLimit & { readonly policy: string }) | undefined {
  let first: (ReachedLimit & { readonly policy: string }) | undefined;
  for (const timeouts of limits) {
    const reached = reachedLimit(record, timeouts, nowMs);
    if (reached === undefined) continue;
    const isFirst =
      first === undefined ||
      reached.atMs < first.atMs ||
      (reached.atMs === first.atMs && reached.by === 'absolute' && first.by === 'idle');
    if (isFirst) first = { ...reached, policy: timeouts.policy };
  }
  return first;
}

function ended(
  record: LiveRecord,
  { key }: LoginVisit,
  {
    by,
    ...end
  }: { readonly by: EndedBy; readonly atMs: number; readonly policy: string | undefined },
): SessionStep<LoginOutcome> {
  const { record: tombstone, event } = endOf(record, key, by, end);
  const { subject } = record;
  const outcome = {
    kind: 'ended',
    by,
    endedAtMs: end.atMs,
    byThisVisit: true,
    ...(subject && { subject }),
  } as const;
  return { record: tombstone, outcome, events: [event] };
}

function found(
  record: SessionRecord | undefined,
  outcome: LoginOutcome,
): SessionStep<LoginOutcome> {
  return { record, outcome, events: [] };
}
