import { openMemoryStore } from './open-memory-store.ts';
import { openRedisStore } from './open-redis-store.ts';
import type { OpenedStore, StoreOptions } from './opened-store.ts';

/**
 * The store that this URL names: `memory:`, `redis://…` or `rediss://…`. Does not wait for it to be up.
 * @throws {StoreUrlError} when the URL or a file that belongs to it cannot be used.
 */
export async function openStore(url: string, options: StoreOptions): Promise<OpenedStore> {
  return url === 'memory:' ? openMemoryStore(options) : openRedisStore(url, options);
}
