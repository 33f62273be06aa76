import type { HostAndPort } from '../../store-hosts.ts';
import { CallSpelling } from '../connection/call-spelling.ts';
import { RedisAdministration } from '../durable/redis-administration.ts';
import type { RedisAdministrationOptions } from '../durable/redis-administration.ts';
import { ClusterConnection } from './cluster-connection.ts';
import type { NodeConnector } from './node-connector.ts';
import { WRITTEN_NODES } from './written-nodes.ts';

interface ClusterPlace {
  readonly seeds: readonly HostAndPort[];
  readonly connectNode: NodeConnector;
  readonly wallClock: () => number;
}

/** Administration on a Cluster: on connections of its own to each primary. */
export function clusterAdministration(
  options: Omit<RedisAdministrationOptions<ClusterConnection>, 'connect' | 'servers' | 'isUp'>,
  { seeds, connectNode, wallClock }: ClusterPlace,
): RedisAdministration<ClusterConnection> {
  const { capabilities } = options;
  return new RedisAdministration({
    ...options,
    connect: ({ observer, connected, ...patient }) => {
      const fixed = { capabilities, wallClock, spelling: new CallSpelling(capabilities, observer) };
      return new ClusterConnection({
        seeds,
        observer,
        connect: (host, more) => connectNode(host, { ...fixed, ...patient, ...more }),
        connected,
      });
    },
    servers: WRITTEN_NODES,
    isUp: (cluster) => cluster.isSettled,
  });
}
