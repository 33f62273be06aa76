import { StoreUnavailable } from '../../../session/session-store.ts';
import type { StoreInspection } from '../../store-inspection.ts';
import { inspectRedis } from '../inspect-redis.ts';
import { textOf } from '../read-reply.ts';
import { noConnection } from '../store-fault.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/**
 * Asks every primary for its version and settings. Each has to answer once, unless the Cluster itself
 * finds it to be down. After that, one that is down or silent does not keep the others from being
 * asked, nor this replica from announcing itself.
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
  if (nodes.length === 0) await connection.time(); // says why
  const asked = await Promise.all(
    nodes.map(async (node) => {
      try {
        const info = textOf(await node.connection.read('INFO'));
        seen(node, info);
        return inspectRedis(info);
      } catch (fault) {
        if (fault instanceof StoreUnavailable) return fault;
        throw fault;
      }
    }),
  );
  const inspections = asked.filter(
    (each): each is StoreInspection => !(each instanceof StoreUnavailable),
  );
  if (inspections.length === 0) {
    const fault = asked.find((each) => each instanceof StoreUnavailable);
    throw fault ?? noConnection(undefined, 'no primary is up');
  }
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
