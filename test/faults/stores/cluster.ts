import { provideStoreServer } from '../../../tools/store-servers.ts';
import type { StoreServerName } from '../../../tools/store-servers.ts';
import { startCluster } from '../../support/redis/cluster.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';
import { clusterFailovers } from './cluster-failovers.ts';
import { clusterFaults, NODE_TIMEOUT_MS, slotMoves } from './cluster-faults.ts';
import { serverVersion } from './server-version.ts';

/**
 * Three primaries with a replica each, which append to a file. Slots without a primary do not stop the
 * others.
 */
export async function startClusterStore(
  replicas: number,
  server?: StoreServerName,
): Promise<FaultyStore> {
  const cluster = await startCluster({
    bin: await provideStoreServer(server),
    nodeTimeoutMs: NODE_TIMEOUT_MS,
    keeps: 'aof',
    hasBusProxies: true,
  });
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error('a Cluster without nodes');
  const version = await serverVersion(cluster.admin(first));
  const url = `redis+cluster://${cluster.hosts}`;
  return {
    name: `a Cluster of three primaries, ${version}`,
    urls: Array.from({ length: replicas }, () => url),
    flags: [],
    faults: [
      ...clusterFailovers(cluster),
      ...clusterFaults(cluster),
      ...slotMoves(cluster, version.startsWith('Valkey')),
    ],
    close: () => cluster.close(),
  };
}
