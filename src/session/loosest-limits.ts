import type { Timeouts } from '../terms/timeouts.ts';
import type { EndLimits } from './session-store.ts';

/**
 * The limits that can be the last to be reached: those for which no other limits are at least as
 * long in both timeouts. Sorted and without repetition, so that the same policies always give the
 * same list. Of equal limits the first is kept. An empty list stays empty.
 */
export function loosestLimits(limits: readonly EndLimits[]): readonly EndLimits[] {
  const sorted = limits.toSorted(
    (one, other) =>
      compare(idleOf(other), idleOf(one)) || compare(absoluteOf(other), absoluteOf(one)),
  );
  const frontier: EndLimits[] = [];
  let absoluteMax = -1;
  for (const timeouts of sorted) {
    if (absoluteOf(timeouts) <= absoluteMax) continue;
    absoluteMax = absoluteOf(timeouts);
    frontier.push(timeouts);
  }
  return frontier;
}

function idleOf({ idleTimeoutMs }: Timeouts): number {
  return idleTimeoutMs ?? Infinity;
}

function absoluteOf({ absoluteTimeoutMs }: Timeouts): number {
  return absoluteTimeoutMs ?? Infinity;
}

// Not a subtraction: Infinity - Infinity is NaN.
function compare(one: number, other: number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
