/** The earliest and the latest possible value of something that was not seen itself. Both are included. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** The smallest interval that has both in it. */
export function hullOf(one: Interval, other: Interval): Interval {
  return { lo: Math.min(one.lo, other.lo), hi: Math.max(one.hi, other.hi) };
}

/** What both allow; `undefined` if nothing is in both. */
export function overlapOf(one: Interval, other: Interval): Interval | undefined {
  const overlap = { lo: Math.max(one.lo, other.lo), hi: Math.min(one.hi, other.hi) };
  return overlap.lo <= overlap.hi ? overlap : undefined;
}

/** The later of two instants. */
export function laterOf(one: Interval, other: Interval): Interval {
  return { lo: Math.max(one.lo, other.lo), hi: Math.max(one.hi, other.hi) };
}

/** From one instant to a later one; never below 0, because the store's clock never counts back. */
export function timeBetween(from: Interval, to: Interval): Interval {
  return { lo: Math.max(0, to.lo - from.hi), hi: Math.max(0, to.hi - from.lo) };
}

/** The same interval, later by a duration. */
export function later(instant: Interval, durationMs: number): Interval {
  return { lo: instant.lo + durationMs, hi: instant.hi + durationMs };
}
