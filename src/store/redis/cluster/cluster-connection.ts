import { StoreUnavailable } from '../../../session/session-store.ts';
import type { OpenRequest, TouchReceiver, TouchRequest } from '../../../session/session-store.ts';
import type { TouchOutcome } from '../../../session/touch-outcome.ts';
import type { StoreCall, StoreObserver } from '../../store-observer.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import { isOurKey, PARTITION_COUNT, placeOfKey, placeOfSession } from '../store-keys.ts';
import type { RespReply } from '../wire/resp.ts';
import type { ClusterConnectionOptions } from './cluster-connection-options.ts';
import type { ClusterNode } from './cluster-node.ts';
import { ClusterNodes } from './cluster-nodes.ts';
import { ClusterRoutes } from './cluster-routes.ts';
import { Redirects } from './redirects.ts';

/** Calls that may wait for a connection wait for no node that is down for longer. */
const WAITED_FOR_MS = 1_000;

/**
 * The connections to a Redis Cluster: one plain connection to each primary, and a map of the places
 * of our keys. A check's way is a look into that map and the call on one connection.
 */
export class ClusterConnection implements StoreConnection {
  readonly #observer: StoreObserver;
  readonly #nodes: ClusterNodes;
  readonly #routes: ClusterRoutes;
  readonly #redirects: Redirects;
  #generation = 0;
  #redirected = 0;
  #hasAnswered = false;

  constructor({ seeds, connect, observer, ...options }: ClusterConnectionOptions) {
    this.#observer = observer;
    this.#nodes = new ClusterNodes((node) =>
      connect(node.address, {
        server: node.word,
        observer: {
          desync: () => observer.desync?.(),
          up: (isUp) => {
            if (!isUp) this.#lost(node);
          },
          unreachable: (why) => (node.lastFault = why),
          clockSkew: (seconds) => this.#skewed(node, seconds),
        },
        connected: () => {
          this.#generation += 1;
          node.became(true);
          this.#routes.changed();
          options.nodeConnected?.(node);
          if (this.isUp) options.connected?.();
        },
        redirected: (call, error, echo) => {
          this.#redirected += 1;
          return this.#redirects.take(node, call, error, echo);
        },
      }),
    );
    this.#routes = new ClusterRoutes({ seeds, nodes: this.#nodes, observer });
    this.#redirects = new Redirects({
      named: (word) => this.#routes.named(word),
      nodeAt: (address) => this.#nodes.at(address),
      moved: (place, word) => this.#routes.moved(place, word),
      refresh: () => this.#routes.refresh(),
      refreshed: async () => this.#routes.refreshed(),
      unknownAddress: (from, word) => observer.redirectedAway?.(from.word, word),
    });
    this.#routes.refresh();
  }

  get hasAnswered(): boolean {
    this.#hasAnswered ||= this.#routes.areAll((node) => node.connection.hasAnswered);
    return this.#hasAnswered;
  }

  get isUp(): boolean {
    return this.#routes.areAll((node) => node.isUp);
  }

  /** Grows with each new connection, and whenever a place comes to another node. */
  get generation(): number {
    return this.#generation + this.#routes.changes;
  }

  /** While this stays, each call is answered by the node that has its place. */
  get changes(): number {
    return this.#routes.changes + this.#redirected;
  }

  /** Whether every node is connected, or has been out of reach for too long to wait for it. */
  get isSettled(): boolean {
    const nowMs = performance.now();
    return this.#routes.areAll(({ downSinceMs = nowMs, isUp }) => {
      return isUp || nowMs - downSinceMs >= WAITED_FOR_MS;
    });
  }

  /** Every node that has a place, as the map has them now. */
  get nodes(): ReadonlySet<ClusterNode> {
    return this.#routes.nodes;
  }

  /** The node that has this place. */
  nodeOf(place: number): ClusterNode | undefined {
    return this.#routes.at(place);
  }

  /**
   * Reaches every node once, but not those that the Cluster itself finds to be down: no process could
   * reach them. Says why, if a place has no node. @throws {StoreUnavailable}
   */
  async reachAll(): Promise<void> {
    const { failed } = this.#routes;
    const needed = [...this.nodes].filter((node) => node.isUp || !failed.has(node));
    if (needed.length === 0 || !this.#routes.areAll(() => true)) throw this.#unserved('read');
    await Promise.all(needed.map(async ({ connection }) => connection.time()));
    this.#hasAnswered = true;
  }

  /** See {@link ClusterRoutes.learnFrom}. @throws {StoreUnavailable} */
  async learnFrom(node: ClusterNode): Promise<boolean> {
    return this.#routes.learnFrom(node);
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const connection = this.#routes.connections[placeOfSession(request.key)];
    if (connection === undefined) receiver.failed(this.#unserved('touch'));
    else connection.touch(request, deadlineAtMs, receiver);
  }

  async open(
    request: OpenRequest,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<TouchOutcome> {
    return this.#nodeWith(keys[0], 'open').connection.open(request, keys, args);
  }

  run: ScriptRunner['run'] = async (name, keys, args, words) =>
    this.#nodeWith(keys[0], name).connection.run(name, keys, args, words);

  async read(...words: readonly string[]): Promise<RespReply> {
    const key = words.find(isOurKey);
    if (key === undefined) throw new TypeError('a command without a key is for one node');
    return this.#nodeWith(key, 'read').connection.read(...words);
  }

  async time(key?: string): Promise<number> {
    const anyNode = [...this.nodes].find(({ isUp }) => isUp);
    const node = key === undefined && anyNode !== undefined ? anyNode : this.#nodeWith(key, 'read');
    return node.connection.time();
  }

  noteClock(storeNowMs: number): void {
    this.#nodeWith(undefined, 'read').connection.noteClock(storeNowMs);
  }

  async close(): Promise<void> {
    this.#routes.close();
    await this.#nodes.close();
  }

  /** The node that has this key. Without one: that of {@link REPLICAS_KEY}. */
  #nodeWith(key: string | undefined, call: StoreCall): ClusterNode {
    const node = this.#routes.at(key === undefined ? PARTITION_COUNT : placeOfKey(key));
    if (node === undefined) throw this.#unserved(call);
    return node;
  }

  #unserved(call: StoreCall): StoreUnavailable {
    this.#observer.called?.(call, 'down', 0);
    return new StoreUnavailable('down', `no connection to the store: ${this.#routes.lastFault}`);
  }

  #lost(node: ClusterNode): void {
    node.became(false);
    this.#routes.changed();
  }

  // The clocks of several servers differ by as much as the worst of them.
  #skewed(node: ClusterNode, seconds: number): void {
    node.skewSeconds = seconds;
    const skews = [...this.nodes].map(({ skewSeconds }) => skewSeconds);
    const [worst = seconds] = skews.toSorted((one, other) => Math.abs(other) - Math.abs(one));
    this.#observer.clockSkew?.(worst);
  }
}
