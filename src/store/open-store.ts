import { ONE_PROCESS } from './capabilities.ts';
import { NO_INSTALLATION } from './installation.ts';
import { MemoryReplicas } from './memory/memory-replicas.ts';
import { MEMORY_SESSIONS_MAX, MemorySessionStore } from './memory/memory-session-store.ts';
import type { OpenedStore, StoreOptions } from './opened-store.ts';
import { openClusterStore } from './redis/cluster/open-cluster-store.ts';
import { openRedisStore } from './redis/open/open-redis-store.ts';
import type { StoreLocation } from './store-location.ts';

/**
 * Opens a store without waiting for it to be up. Redis is connected in the background, again and
 * again; while there is no connection every call fails at once.
 * @throws {StoreFilesError} when a file that belongs to the store cannot be used or is missing
 */
export async function openStore(
  location: StoreLocation,
  options: StoreOptions,
): Promise<OpenedStore> {
  switch (location.kind) {
    case 'memory':
      return openMemoryStore(options);
    case 'redis':
      return openRedisStore(location.address, options);
    case 'sentinel':
      return openRedisStore(location.address, options);
    case 'cluster':
      return openClusterStore(location.address, options);
    default:
      return location satisfies never;
  }
}

function openMemoryStore(options: StoreOptions): OpenedStore {
  const { clock, observer } = options;
  const sessionsMax = options.memorySessionsMax ?? MEMORY_SESSIONS_MAX;
  const store = new MemorySessionStore({ clock, sessionsMax, observer });
  const replicas = new MemoryReplicas(clock);
  observer?.up?.(true);
  return {
    store,
    directory: store.directory,
    sweeper: store,
    administration: {
      store,
      directory: store.directory,
      installation: NO_INSTALLATION,
      confirm: async () => 'nothing_to_confirm',
    },
    capabilities: ONE_PROCESS,
    hasAnswered: () => true,
    inspect: async () => ({ kind: 'usable', product: 'memory', version: '', warnings: [] }),
    tryPermissions: async () => [],
    announce: async (own) => replicas.announce(own),
    replicas: async () => replicas.list(),
    close: async () => store.close(),
  };
}
