import type { ClusterNode } from './cluster-node.ts';
import { readClusterView } from './cluster-view.ts';
import type { ClusterView } from './cluster-view.ts';

/**
 * Asks a node how it sees the Cluster. Both commands are sent together, so that nothing happens
 * between them.
 * @returns why it cannot be used, if so
 */
export async function askForMap({
  address,
  connection,
}: ClusterNode): Promise<ClusterView | string> {
  try {
    const [slots, nodes] = await Promise.all([
      connection.read('CLUSTER', 'SLOTS'),
      connection.read('CLUSTER', 'NODES'),
    ]);
    return readClusterView(slots, nodes, address);
  } catch (fault) {
    return fault instanceof Error ? fault.message : 'unknown fault';
  }
}
