import type { Redis } from 'ioredis';
import { StoreFilesError } from './redis-secrets.ts';
import type { RedisSecrets } from './redis-secrets.ts';

/** How secrets are read again, and who gets them. */
export interface SecretsRenewal {
  /** @throws {StoreFilesError} */
  readonly read: () => Promise<RedisSecrets>;
  /** Uses the secrets from the next connection on. */
  readonly use: (secrets: RedisSecrets) => void;
  readonly rejected: ((why: string) => void) | undefined;
}

/**
 * Reads the files again whenever a connection has ended or could not be made, so that passwords and
 * certificates can be replaced while the process runs. If the files cannot be used, the last good
 * secrets stay in use and `rejected` is called once for each reason. Secrets that are read too late
 * for the next attempt serve the one after it.
 */
export function renewSecrets(client: Redis, { read, use, rejected }: SecretsRenewal): void {
  let reported: string | undefined;
  const renew = async (): Promise<void> => {
    try {
      use(await read());
      reported = undefined;
    } catch (error) {
      const why = error instanceof StoreFilesError ? error.message : 'unknown fault';
      if (why !== reported) rejected?.(why);
      reported = why;
    }
  };
  client.on('close', () => void renew());
}
