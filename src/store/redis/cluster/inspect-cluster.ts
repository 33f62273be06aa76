import type { StoreInspection } from '../../store-inspection.ts';
import { inspectRedis } from '../inspect-redis.ts';
import { textOf } from '../read-reply.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/**
 * Asks every primary for its version and settings. Each has to answer once; after that, one that is
 * down does not keep the others from being asked.
 * @param seen gets the text of `INFO` of each
 * @throws {StoreUnavailable}
 */
export async function inspectCluster(
  connection: ClusterConnection,
  seen: (node: ClusterNode, info: string) => void,
): Promise<StoreInspection> {
  // Says why, if there is no map yet, or if a place has no primary.
  if (!connection.hasAnswered) await connection.reachAll();
  const nodes = [...connection.nodes].filter(({ isUp }) => isUp);
  const inspections = await Promise.all(
    nodes.map(async (node) => {
      const info = textOf(await node.connection.read('INFO'));
      seen(node, info);
      return inspectRedis(info);
    }),
  );
  if (inspections.length === 0) await connection.time();
  return worstOf(inspections);
}

/** What the servers report, as one: refused if one is, and with every warning. */
function worstOf(inspections: readonly StoreInspection[]): StoreInspection {
  const refused = inspections.find(({ kind }) => kind === 'refused');
  if (refused !== undefined) return refused;
  const usable = inspections.filter((one) => one.kind === 'usable');
  const [first] = usable;
  if (first === undefined) return { kind: 'refused', text: 'the Cluster has no primary' };
  const warnings = new Map(usable.flatMap((one) => one.warnings.map((each) => [each.kind, each])));
  warnings.delete('cluster_node'); // it is to be one
  return { ...first, warnings: [...warnings.values()] };
}
