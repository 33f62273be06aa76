const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** An instant of the API (RFC 3339) for a person: `2026-11-29 21:25:03Z (3 min ago)`. */
export function instantText(at: string, nowMs: number): string {
  const atMs = Date.parse(at);
  // A newer server may write what we cannot read.
  if (Number.isNaN(atMs)) return at;
  const absolute = new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  return `${absolute} (${relativeText(atMs - nowMs)})`;
}

/** How far away an instant is, in the two largest units: `in 2 h 5 min`, `3 min ago`, `now`. */
export function relativeText(distanceMs: number): string {
  const span = spanText(Math.abs(distanceMs));
  if (span === '') return 'now';
  return distanceMs < 0 ? `${span} ago` : `in ${span}`;
}

/** A duration in its two largest units; empty for less than a second. */
export function spanText(durationMs: number): string {
  let restMs = durationMs;
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) parts.push(`${count} ${unit}`);
    // Units beside each other only: 1 d 5 s would seem more exact than it is.
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}
