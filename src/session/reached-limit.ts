import type { Timeouts } from './deadlines.ts';
import type { LiveRecord } from './session-record.ts';

/** Which limit a session has reached, and when: the instant is a fact of the record, not of who looked at it. */
export interface ReachedLimit {
  readonly by: 'idle' | 'absolute';
  /** Never after now. */
  readonly atMs: number;
}

/** The present, never behind the newest time in the record: a store's clock that was set back extends nothing. */
export function presentOf(record: LiveRecord, clockMs: number): number {
  return Math.max(clockMs, record.startedAtMs, record.lastActivityAtMs);
}

/**
 * The limit of these timeouts that the session reached first, or `undefined` while it keeps both. Equality is reached.
 *
 * A pause that is over counts for ever: with `longestGap` at the idle limit it was reached at `lastActivityAt` at the
 * latest, so that one click under a longer policy does not launder it. A tie is absolute.
 */
export function reachedLimit(
  record: LiveRecord,
  timeouts: Timeouts,
  nowMs: number,
): ReachedLimit | undefined {
  const idleAtMs = idleReachedAtMs(record, timeouts.idleTimeoutMs);
  const absoluteAtMs = absoluteReachedAtMs(record, timeouts.absoluteTimeoutMs);
  const atMs = Math.min(idleAtMs, absoluteAtMs);
  if (atMs > nowMs) return undefined;
  return { by: absoluteAtMs === atMs ? 'absolute' : 'idle', atMs };
}

/** When the session reaches these limits if nothing more happens; `Infinity` with both off. */
export function reachesAtMs(record: LiveRecord, timeouts: Timeouts): number {
  return Math.min(
    idleReachedAtMs(record, timeouts.idleTimeoutMs),
    absoluteReachedAtMs(record, timeouts.absoluteTimeoutMs),
  );
}

function idleReachedAtMs(record: LiveRecord, idleTimeoutMs: number | undefined): number {
  if (idleTimeoutMs === undefined) return Infinity;
  if (record.longestGapMs >= idleTimeoutMs) return record.lastActivityAtMs;
  return record.lastActivityAtMs + idleTimeoutMs;
}

function absoluteReachedAtMs(record: LiveRecord, absoluteTimeoutMs: number | undefined): number {
  return absoluteTimeoutMs === undefined ? Infinity : record.startedAtMs + absoluteTimeoutMs;
}
