const DAY_MS = 86_400_000;

/** Added to the retention when the time to live is written, so that few requests rewrite it. */
export const RETENTION_MARGIN_MS: number = DAY_MS;

/**
 * How much earlier than needed the time to live is written, because a replica may answer for a
 * session for some seconds without presenting it to the store.
 */
export const KEPT_EARLIER_MS = 60_000;

/**
 * How long the name under which a credential is opened stays settled. Far longer than a check takes
 * that has looked for the credential before.
 */
export const CLAIM_KEPT_MS = 60_000;

/**
 * A claim that is kept for less time than this is not used. It is longer than a check takes, so of
 * two checks at the same time, both read the same claim.
 */
export const CLAIM_REST_MIN_MS = 15_000;

/**
 * Until when a record or tombstone is kept if its credential is presented now. It is moved only
 * when less than the retention and a minute remain. This is housekeeping: it never decides about a session.
 */
export function keptUntilMs(
  currentMs: number | undefined,
  nowMs: number,
  retentionMs: number,
): number {
  if (currentMs !== undefined && currentMs - nowMs >= retentionMs + KEPT_EARLIER_MS)
    return currentMs;
  return nowMs + retentionMs + RETENTION_MARGIN_MS;
}
