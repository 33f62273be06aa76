import type { HostAndPort } from '../../store-hosts.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/** What a connection to one node is opened with. */
type NodeOptions = Pick<ConnectionOptions, 'observer' | 'connected' | 'server' | 'redirected'>;

export interface ClusterConnectionOptions {
  /** The nodes that are asked for the map first. */
  readonly seeds: readonly HostAndPort[];
  readonly connect: (address: HostAndPort, options: NodeOptions) => RedisConnection;
  readonly observer: StoreObserver;
  /** Called at each new connection to a node. */
  readonly nodeConnected?: ((node: ClusterNode) => void) | undefined;
  /** Called whenever every place can be reached again. */
  readonly connected?: (() => void) | undefined;
}
