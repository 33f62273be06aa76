import { MemoryReplicas } from './memory-replicas.ts';
import { MEMORY_SESSIONS_MAX, MemorySessionStore } from './memory-session-store.ts';
import type { OpenedStore, StoreOptions } from './opened-store.ts';

/** The embedded store: always usable, and its only replica is this process. */
export function openMemoryStore(options: StoreOptions): OpenedStore {
  const { clock, observer } = options;
  const sessionsMax = options.memorySessionsMax ?? MEMORY_SESSIONS_MAX;
  const store = new MemorySessionStore({ clock, sessionsMax });
  const replicas = new MemoryReplicas(clock);
  observer?.up(true);
  return {
    kind: 'memory',
    store,
    hasAnswered: () => true,
    inspect: async () => ({ kind: 'usable', product: 'memory', version: '', warnings: [] }),
    announce: async (own) => replicas.announce(own),
    close: async () => store.close(),
  };
}
