const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/**
 * Whole numbers with units; {@link parseDuration} also wants the largest unit first, each at most
 * once.
 */
export const DURATION_PATTERN: RegExp = /^(?:[0-9]{1,12}(?:ms|d|h|m|s))+$/;

/** Milliseconds of a duration as the file writes it, or `undefined` when it is not one. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let totalMs = 0;
  let largestAllowed = 0;
  for (const [, digits, written] of text.matchAll(/([0-9]+)(ms|[dhms])/g)) {
    const index = UNITS.findIndex(([unit]) => unit === written);
    const unit = UNITS[index];
    if (unit === undefined || index < largestAllowed) return undefined;
    totalMs += Number(digits) * unit[1];
    largestAllowed = index + 1;
  }
  return totalMs;
}

/** A duration as the file would write it: `1h30m`. */
export function formatDuration(durationMs: number): string {
  let restMs = durationMs;
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs);
    // Days only where they are whole: people say 24h and 36h, but 30d.
    if (count === 0 || (unit === 'd' && (restMs % unitMs !== 0 || count === 1))) continue;
    text += `${count}${unit}`;
    restMs -= count * unitMs;
  }
  return text === '' ? '0s' : text;
}
