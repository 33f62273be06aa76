import type { Timeouts } from '../terms/timeouts.ts';
import { tightened } from './own-limits.ts';
import type { LiveRecord } from './session-record.ts';

/** The limit that a session has reached, and when. The instant follows from the record alone. */
export interface ReachedLimit {
  readonly by: 'idle' | 'absolute';
  /** Now or earlier. */
  readonly atMs: number;
}

/** What decides when a live session reaches a limit. */
export type TimesOfSession = Pick<
  LiveRecord,
  'startedAtMs' | 'lastActivityAtMs' | 'longestGapMs'
> & { readonly ownLimits?: Timeouts | undefined };

/**
 * The present: the store's clock, but never earlier than the newest time in the record, so that a
 * clock that was set back extends no session.
 */
export function presentOf(record: TimesOfSession, clockMs: number): number {
  return Math.max(clockMs, record.startedAtMs, record.lastActivityAtMs);
}

/**
 * The limit that the session reached first, or `undefined` if it has reached neither. A limit is
 * reached at the instant itself. If both were reached at the same instant, it is the absolute one.
 *
 * A pause still counts when it is over: if `longestGapMs` is as long as the idle timeout, the limit
 * was reached at `lastActivityAtMs` at the latest. Otherwise one request under a longer policy
 * would undo it. The session's own limits hold in every policy.
 */
export function reachedLimit(
  record: TimesOfSession,
  timeouts: Timeouts,
  nowMs: number,
): ReachedLimit | undefined {
  const { idleTimeoutMs, absoluteTimeoutMs } = tightened(timeouts, record.ownLimits);
  const idleAtMs = idleReachedAtMs(record, idleTimeoutMs);
  const absoluteAtMs = absoluteReachedAtMs(record, absoluteTimeoutMs);
  const atMs = Math.min(idleAtMs, absoluteAtMs);
  if (atMs > nowMs) return undefined;
  return { by: absoluteAtMs === atMs ? 'absolute' : 'idle', atMs };
}

/** When the session reaches a limit if no more requests come; `Infinity` if both are off. */
export function reachesAtMs(record: TimesOfSession, timeouts: Timeouts): number {
  const { idleTimeoutMs, absoluteTimeoutMs } = tightened(timeouts, record.ownLimits);
  return Math.min(
    idleReachedAtMs(record, idleTimeoutMs),
    absoluteReachedAtMs(record, absoluteTimeoutMs),
  );
}

function idleReachedAtMs(record: TimesOfSession, idleTimeoutMs: number | undefined): number {
  if (idleTimeoutMs === undefined) return Infinity;
  if (record.longestGapMs >= idleTimeoutMs) return record.lastActivityAtMs;
  return record.lastActivityAtMs + idleTimeoutMs;
}

function absoluteReachedAtMs(
  record: TimesOfSession,
  absoluteTimeoutMs: number | undefined,
): number {
  return absoluteTimeoutMs === undefined ? Infinity : record.startedAtMs + absoluteTimeoutMs;
}
