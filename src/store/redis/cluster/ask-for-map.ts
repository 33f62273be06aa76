import { StoreUnavailable } from '../../../session/session-store.ts';
import type { ClusterNode } from './cluster-node.ts';
import { readClusterView } from './cluster-view.ts';
import type { ClusterView } from './cluster-view.ts';

/**
 * Asks a node how it sees the Cluster. Both commands are sent together, so that nothing happens
 * between them.
 * @returns why it cannot be used, if so, in words without an address
 */
export async function askForMap(node: ClusterNode): Promise<ClusterView | string> {
  const { address, connection } = node;
  try {
    const [slots, nodes] = await Promise.all([
      connection.read('CLUSTER', 'SLOTS'),
      connection.read('CLUSTER', 'NODES'),
    ]);
    return readClusterView(slots, nodes, address);
  } catch (fault) {
    if (fault instanceof StoreUnavailable && fault.fault === 'down') return node.lastFault;
    return fault instanceof Error ? fault.message : 'unknown fault';
  }
}
