import { hullOf, type Interval } from './interval.ts';
import type { EndReason, Policy } from './recording.ts';

type Limits = Pick<Policy, 'idleMs' | 'absoluteMs'>;

/** What is known of a session that has not ended. */
export interface LiveTimes {
  readonly startedAt: Interval;
  readonly lastActivityAt: Interval;
  readonly longestGap: Interval;
  /** Limits that it has certainly reached. It stays over for them, whatever comes (rule 3). */
  readonly reached: readonly Limits[];
}

/**
 * Everything that the store may hold about one session. Several may be possible at once; what is
 * not in here is impossible.
 */
export interface SessionState {
  /** Whether it is possible that the store knows nothing of it. */
  readonly mayBeUnknown: boolean;
  /** `undefined`: it cannot be live. */
  readonly live: LiveTimes | undefined;
  /** Every reason for which it may have ended; none: it has not. */
  readonly endedBy: ReadonlySet<EndReason>;
}

export const NEVER_SEEN: SessionState = {
  mayBeUnknown: true,
  live: undefined,
  endedBy: new Set(),
};

export function liveState(live: LiveTimes): SessionState {
  return { mayBeUnknown: false, live, endedBy: new Set() };
}

export function endedState(by: EndReason): SessionState {
  return { mayBeUnknown: false, live: undefined, endedBy: new Set([by]) };
}

/** One or the other. */
export function eitherOf(one: SessionState, other: SessionState): SessionState {
  if (one === other) return one;
  return {
    mayBeUnknown: one.mayBeUnknown || other.mayBeUnknown,
    live: eitherLive(one.live, other.live),
    endedBy: new Set([...one.endedBy, ...other.endedBy]),
  };
}

/** One of these, of which there is at least one. */
export function oneOf(states: readonly SessionState[]): SessionState {
  return states.reduce(eitherOf);
}

function eitherLive(one: LiveTimes | undefined, other: LiveTimes | undefined) {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    startedAt: hullOf(one.startedAt, other.startedAt),
    lastActivityAt: hullOf(one.lastActivityAt, other.lastActivityAt),
    longestGap: hullOf(one.longestGap, other.longestGap),
    reached: one.reached.filter((limits) => other.reached.includes(limits)),
  };
}
