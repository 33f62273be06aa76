import type { Redis } from 'ioredis';
import { StoreUrlError } from './redis-address.ts';
import { useSecrets } from './redis-client.ts';
import type { RedisSecrets } from './redis-secrets.ts';

/**
 * Reads the files again whenever a connection has ended, or could not be made: passwords and certificates are replaced
 * under a running process. Files that cannot be used leave the last good secrets in force, and are told once. What is read
 * too late for the next attempt is there for the one after it.
 */
export function renewSecrets(
  client: Redis,
  read: () => Promise<RedisSecrets>,
  rejected: ((why: string) => void) | undefined,
): void {
  let toldWhy: string | undefined;
  const renew = async (): Promise<void> => {
    try {
      useSecrets(client, await read());
      toldWhy = undefined;
    } catch (error) {
      const why = error instanceof StoreUrlError ? error.message : 'unknown fault';
      if (why !== toldWhy) rejected?.(why);
      toldWhy = why;
    }
  };
  client.on('close', () => void renew());
}
