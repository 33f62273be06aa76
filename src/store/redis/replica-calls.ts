import type { SharedCapabilities } from '../capabilities.ts';
import type { OpenedStore } from '../opened-store.ts';
import { announceReplica } from './announce-replica.ts';
import type { StoreConnection } from './connection/store-connection.ts';
import { listReplicas } from './list-replicas.ts';

/** How replicas of Curfew learn of each other, over any connection to the store. */
export function replicaCalls(
  connection: StoreConnection,
  capabilities: SharedCapabilities,
): Pick<OpenedStore, 'hasAnswered' | 'announce' | 'replicas'> {
  return {
    hasAnswered: () => connection.hasAnswered,
    announce: async (own) => {
      const askedAtMs = performance.now();
      const entries = await announceReplica(connection, own);
      capabilities.learn(entries.abilities ?? new Set(), askedAtMs);
      return entries;
    },
    replicas: () => listReplicas(connection),
  };
}
