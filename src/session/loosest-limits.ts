import type { Timeouts } from './deadlines.ts';

/**
 * The limits that can be the last to be reached: those that no other set covers in both timeouts. Sorted, without
 * repetition, so that the same policies always give the same list. Empty stays empty.
 */
export function loosestLimits(limits: readonly Timeouts[]): readonly Timeouts[] {
  const sorted = limits.toSorted(
    (one, other) =>
      compare(idleOf(other), idleOf(one)) || compare(absoluteOf(other), absoluteOf(one)),
  );
  const frontier: Timeouts[] = [];
  let absoluteMax = -1;
  for (const timeouts of sorted) {
    if (absoluteOf(timeouts) <= absoluteMax) continue;
    absoluteMax = absoluteOf(timeouts);
    const { idleTimeoutMs, absoluteTimeoutMs } = timeouts;
    frontier.push({ idleTimeoutMs, absoluteTimeoutMs });
  }
  return frontier;
}

function idleOf({ idleTimeoutMs }: Timeouts): number {
  return idleTimeoutMs ?? Infinity;
}

function absoluteOf({ absoluteTimeoutMs }: Timeouts): number {
  return absoluteTimeoutMs ?? Infinity;
}

// Infinity - Infinity is not a number.
function compare(one: number, other: number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
