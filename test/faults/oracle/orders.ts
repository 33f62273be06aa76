import type { TimedEntry } from './recorded-times.ts';

/** More questions about one session at a time have too many orders. */
const AT_ONCE_MAX = 5;

/** Questions that were under way at the same time, in groups. Between groups the order is known. */
export function groupsAtOnce(entries: readonly TimedEntry[]): readonly (readonly TimedEntry[])[] {
  const groups: TimedEntry[][] = [];
  let untilMs = -Infinity;
  for (const timed of inOrder(entries)) {
    if (timed.entry.sentAtMs > untilMs) groups.push([]);
    groups.at(-1)?.push(timed);
    untilMs = Math.max(untilMs, timed.entry.answeredAtMs);
  }
  return groups;
}

/** In the order in which they were sent. */
export function inOrder(entries: readonly TimedEntry[]): TimedEntry[] {
  return entries.toSorted((one, other) => one.entry.sentAtMs - other.entry.sentAtMs);
}

/** Every order in which the store may have decided them. */
export function ordersOf(group: readonly TimedEntry[]): readonly (readonly TimedEntry[])[] {
  if (group.length > AT_ONCE_MAX) throw new Error(`${group.length} questions at once are too many`);
  if (group.length <= 1) return [group];
  return group.flatMap((first) => {
    const others = group.filter((timed) => timed !== first);
    const { sentAtMs } = first.entry;
    const mayBeFirst = others.every(({ entry }) => entry.answeredAtMs >= sentAtMs);
    return mayBeFirst ? ordersOf(others).map((rest) => [first, ...rest]) : [];
  });
}
