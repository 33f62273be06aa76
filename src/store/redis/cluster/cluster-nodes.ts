import type { HostAndPort } from '../../store-hosts.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { ClusterNode } from './cluster-node.ts';
import { addressWord } from './node-address.ts';

/**
 * A node that has lost its part keeps its connection for so long: what was sent to it is still
 * answered, if only by MOVED.
 */
const RETIRED_MS = 1_000;

/** The nodes to which connections are held. */
export class ClusterNodes {
  readonly #connect: (node: ClusterNode) => RedisConnection;
  readonly #nodes = new Map<string, ClusterNode>();
  readonly #retired = new Map<ClusterNode, NodeJS.Timeout>();
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;

  constructor(connect: (node: ClusterNode) => RedisConnection) {
    this.#connect = connect;
  }

  get all(): readonly ClusterNode[] {
    return [...this.#nodes.values()];
  }

  /** The node with this address; a connection to it is opened if there is none. */
  at(address: HostAndPort): ClusterNode {
    const word = addressWord(address);
    let node = this.#nodes.get(word);
    if (node === undefined) {
      if (this.#isClosed) throw new Error('the store is closed');
      node = new ClusterNode(address, this.#connect);
      this.#nodes.set(word, node);
    }
    this.#keep(node);
    return node;
  }

  /** Closes the connections to all nodes but these, after a while. */
  retireAllBut(used: ReadonlySet<ClusterNode>): void {
    for (const node of this.#nodes.values()) {
      if (used.has(node)) this.#keep(node);
      else if (!this.#retired.has(node)) {
        const timer = setTimeout(() => this.#end(node), RETIRED_MS);
        this.#retired.set(node, timer);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const node of this.all) this.#end(node);
    await Promise.all(this.#closing);
  }

  #keep(node: ClusterNode): void {
    clearTimeout(this.#retired.get(node));
    this.#retired.delete(node);
  }

  #end(node: ClusterNode): void {
    this.#keep(node);
    this.#nodes.delete(node.word);
    const closing = node.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
