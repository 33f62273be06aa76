import { PARTITION_COUNT } from '../store-keys.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/** A part of the Cluster: a primary, and the numbers of the partitions that it has. */
export interface Shard {
  readonly node: ClusterNode;
  readonly partitions: readonly number[];
}

/** The parts of a Cluster as its map has them now. */
export function shardsOf(connection: ClusterConnection): readonly Shard[] {
  const shards = new Map<ClusterNode, number[]>();
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const node = connection.nodeOf(partition);
    if (node === undefined) continue;
    const partitions = shards.get(node) ?? [];
    shards.set(node, partitions);
    partitions.push(partition);
  }
  return [...shards].map(([node, partitions]) => ({ node, partitions }));
}
