import type { SentinelAddress } from '../../store-location.ts';
import type { SentinelsState } from '../../store-observer.ts';
import { StoreFilesError } from '../access/redis-secrets.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { PrimaryCandidates } from './primary-candidates.ts';
import { SentinelView } from './sentinel-view.ts';

export interface SentinelsOptions {
  /** What Curfew logs in to the Sentinels as; its password is among the secrets. */
  readonly username: string | undefined;
  readonly secrets: RedisSecrets;
  /** Reads the secrets again. @throws {StoreFilesError} */
  readonly readSecrets: () => Promise<RedisSecrets>;
  readonly secretsRejected: ((why: string) => void) | undefined;
  readonly stateChanged: (state: SentinelsState) => void;
  /** Only measures durations. */
  readonly clock: () => number;
}

/** The Sentinels of a store, and the secrets that they and their primary are reached with. */
export interface WatchedSentinels {
  readonly view: SentinelView;
  readonly candidates: PrimaryCandidates;
  /** The current ones. */
  readonly secrets: () => RedisSecrets;
  /** Uses secrets that were read because of the primary, whose certificate alone may be another. */
  readonly use: (renewed: RedisSecrets) => void;
}

/**
 * Begins to ask the Sentinels. Whenever one of them cannot be used, the files with the secrets are
 * read again; while they cannot be used either, the last good secrets stay in use.
 */
export function watchSentinels(
  { sentinels, primaryName, isEncrypted }: SentinelAddress,
  { username, readSecrets, secretsRejected, stateChanged, clock, ...first }: SentinelsOptions,
): WatchedSentinels {
  let current = first.secrets;
  let isReading = false;
  let reported: string | undefined;
  const renew = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      current = await readSecrets();
      reported = undefined;
    } catch (error) {
      const why = error instanceof StoreFilesError ? error.message : 'unknown fault';
      if (why !== reported) secretsRejected?.(why);
      reported = why;
    }
    isReading = false;
  };
  const secrets = (): RedisSecrets => current;
  const failed = (): void => void renew();
  const lines = { sentinels, primaryName, isEncrypted, username, secrets, failed };
  const use = (renewed: RedisSecrets): void => void (current = renewed);
  const view = new SentinelView({ ...lines, stateChanged });
  const candidates = new PrimaryCandidates(() => view.primaries(), clock);
  return { view, candidates, secrets, use };
}
