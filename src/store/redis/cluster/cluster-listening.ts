import type { HostAndPort } from '../../store-hosts.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { shardsOf } from './shards.ts';
import { partitionKeys } from '../store-keys.ts';
import { ListeningConnection } from '../listening/listening-connection.ts';
import type { ListeningHandlers } from '../listening/listening-connection.ts';
import type { Listening } from '../listening/redis-ends.ts';
import type { WayToRedis } from '../connection/connect-redis.ts';

/** How often the map is compared with what is listened to. */
const LOOK_EVERY_MS = 500;

interface NodeListening {
  readonly channels: string;
  readonly connection: ListeningConnection;
}

/** Listens on each primary of a Cluster, to the partitions that it has. */
export class ClusterListening implements Listening {
  readonly #cluster: ClusterConnection;
  readonly #wayToNode: (address: HostAndPort) => WayToRedis;
  readonly #handlers: ListeningHandlers;
  readonly #nodes = new Map<ClusterNode, NodeListening>();
  readonly #closing = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #generation = -1;

  constructor(
    cluster: ClusterConnection,
    wayToNode: (address: HostAndPort) => WayToRedis,
    handlers: ListeningHandlers,
  ) {
    this.#cluster = cluster;
    this.#wayToNode = wayToNode;
    this.#handlers = handlers;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    this.#look();
  }

  /** The map says which nodes are the primaries. */
  renew(): void {
    this.#look();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#leaveAllBut(new Set());
    await Promise.all(this.#closing);
  }

  #look(): void {
    const { generation } = this.#cluster;
    if (generation === this.#generation) return;
    this.#generation = generation;
    const shards = shardsOf(this.#cluster);
    this.#leaveAllBut(new Set(shards.map(({ node }) => node)));
    for (const { node, partitions } of shards) {
      const channels = partitions.map((partition) => partitionKeys(partition).ends);
      if (this.#nodes.get(node)?.channels === channels.join()) continue;
      this.#leave(node);
      const connection = new ListeningConnection(this.#wayToNode(node.address), {
        ...this.#handlers,
        channels,
      });
      this.#nodes.set(node, { channels: channels.join(), connection });
    }
  }

  // A map may lose entries while it is walked.
  #leaveAllBut(known: ReadonlySet<ClusterNode>): void {
    for (const node of this.#nodes.keys()) if (!known.has(node)) this.#leave(node);
  }

  #leave(node: ClusterNode): void {
    const listening = this.#nodes.get(node);
    if (listening === undefined) return;
    this.#nodes.delete(node);
    const closing = listening.connection.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
