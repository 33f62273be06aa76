const DAY_MS = 86_400_000;

/** What each rewrite of the time-to-live adds beyond the retention, so that not every request has to rewrite it. */
export const RETENTION_MARGIN_MS: number = DAY_MS;

/**
 * Until when record or tombstone is kept after the credential was presented now: moved only when less than the
 * retention remains. Housekeeping, never the rule.
 */
export function keptUntilMs(
  currentMs: number | undefined,
  nowMs: number,
  retentionMs: number,
): number {
  if (currentMs !== undefined && currentMs - nowMs >= retentionMs) return currentMs;
  return nowMs + retentionMs + RETENTION_MARGIN_MS;
}
