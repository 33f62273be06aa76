import type { WrittenServers } from '../durable/replica-confirmation.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/**
 * The nodes to which scripts were sent since they confirmed last: a WAIT asks for what was sent to
 * one server only. If there is none, all are asked whether there is anything to confirm.
 */
export function unconfirmedNodes(): WrittenServers<ClusterConnection> {
  const confirmed = new WeakMap<ClusterNode, number>();
  return ({ nodes }) => {
    const written = [...nodes].filter((node) => node.scriptsSent > (confirmed.get(node) ?? 0));
    return (written.length > 0 ? written : [...nodes]).map((node) => {
      const sent = node.scriptsSent;
      return {
        read: async (...words) => node.connection.read(...words),
        confirmed: () => confirmed.set(node, sent),
      };
    });
  };
}
