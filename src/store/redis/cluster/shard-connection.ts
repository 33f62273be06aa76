import type { OpenRequest, TouchReceiver, TouchRequest } from '../../../session/session-store.ts';
import type { TouchOutcome } from '../../../session/touch-outcome.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { RespReply } from '../wire/resp.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/**
 * The connection to a Cluster as the sweeper of one part of it sees it: the clock is that of its
 * node. Calls go wherever their keys are, since a partition may be moved meanwhile.
 */
export class ShardConnection implements StoreConnection {
  readonly #cluster: ClusterConnection;
  readonly #node: ClusterNode;

  constructor(cluster: ClusterConnection, node: ClusterNode) {
    this.#cluster = cluster;
    this.#node = node;
  }

  get hasAnswered(): boolean {
    return this.#node.connection.hasAnswered;
  }

  get isUp(): boolean {
    return this.#node.isUp;
  }

  get generation(): number {
    return this.#node.connection.generation;
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    this.#cluster.touch(request, deadlineAtMs, receiver);
  }

  async open(
    request: OpenRequest,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<TouchOutcome> {
    return this.#cluster.open(request, keys, args);
  }

  run: ScriptRunner['run'] = async (...call) => this.#cluster.run(...call);

  async read(...words: readonly string[]): Promise<RespReply> {
    return this.#cluster.read(...words);
  }

  async time(key?: string): Promise<number> {
    return key === undefined ? this.#node.connection.time() : this.#cluster.time(key);
  }

  noteClock(storeNowMs: number): void {
    this.#node.connection.noteClock(storeNowMs);
  }

  /** The Cluster is not closed with it. */
  async close(): Promise<void> {}
}
