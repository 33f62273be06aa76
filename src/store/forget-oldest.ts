/** Takes the oldest entries out of a map until it has at most this many. */
export function forgetOldest(map: Map<string, unknown>, entriesMax: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= entriesMax) return;
    map.delete(oldest);
  }
}
