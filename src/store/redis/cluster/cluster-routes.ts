import type { HostAndPort } from '../../store-hosts.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { noConnection } from '../store-fault.ts';
import { PLACE_COUNT } from '../store-keys.ts';
import { askForMap } from './ask-for-map.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import type { ClusterView } from './cluster-view.ts';
import { MapRounds } from './map-rounds.ts';
import { ShardReport } from './shard-report.ts';
import { SlotMap } from './slot-map.ts';

/** Nodes that are asked for the map at a time, so that a large Cluster is not asked too much. */
const ASKED_MAX = 5;
/** How long one node that the URL names may take to answer, before the next one is asked. */
const SEED_MAX_MS = 600;

export interface ClusterRoutesOptions {
  /** Asked in turn while no other node answers. */
  readonly seeds: readonly HostAndPort[];
  readonly nodes: ClusterNodes;
  readonly observer: StoreObserver;
}

/** Which connection leads to each place: keeps the map, and a connection to each of its primaries. */
export class ClusterRoutes {
  /** The connection to each place, by its number, in one look for each check. */
  readonly connections: (RedisConnection | undefined)[] = Array.from({ length: PLACE_COUNT });
  readonly #options: ClusterRoutesOptions;
  readonly #map = new SlotMap();
  readonly #places: (ClusterNode | undefined)[] = Array.from({ length: PLACE_COUNT });
  readonly #rounds = new MapRounds(async () => this.#ask());
  readonly #report: ShardReport;
  #used: ReadonlySet<ClusterNode> = new Set();
  #changes = 0;
  #asked = 0;
  #seed = 0;
  /** How often in a row no node has given a map. */
  #unanswered = 0;
  #hasMap = false;
  #lastFault = 'the map of the Cluster is not known yet';
  #isClosed = false;

  constructor(options: ClusterRoutesOptions) {
    this.#options = options;
    this.#report = new ShardReport(options.observer);
  }

  /** Why a place has no node. */
  get lastFault(): string {
    return this.#lastFault;
  }

  /** How often a place came to another node, or to none. */
  get changes(): number {
    return this.#changes;
  }

  /** Every node that has a place. */
  get nodes(): ReadonlySet<ClusterNode> {
    return this.#used;
  }

  /** Those of them that the Cluster itself finds to be down. */
  get failed(): ReadonlySet<ClusterNode> {
    const { failed } = this.#map;
    return new Set([...this.#used].filter(({ word }) => failed.has(word)));
  }

  at(place: number): ClusterNode | undefined {
    return this.#places[place];
  }

  /** Whether this holds for the node of every place. */
  areAll(holds: (node: ClusterNode) => boolean): boolean {
    return this.#places.every((node) => node !== undefined && holds(node));
  }

  /** The address of a node that a map has named lately. */
  named(word: string): HostAndPort | undefined {
    return this.#isClosed ? undefined : this.#map.named(word);
  }

  /** A node has said that this place is at another one, which a map has named. */
  moved(place: number, word: string): void {
    if (this.#isClosed) return;
    this.#map.moved(place, word);
    this.#lead();
  }

  /** There is a connection to a node, or none any more. */
  changed(): void {
    if (this.#isClosed) return;
    this.#lead();
    this.refresh();
  }

  /** Asks for the map soon. */
  refresh(): void {
    this.#rounds.soon();
  }

  /** Resolves when the map was asked for, from now on. */
  async refreshed(): Promise<void> {
    await this.#rounds.next();
  }

  /**
   * Asks this node for the map, and returns whether any place is led to it then.
   * @throws {StoreUnavailable} it gives none
   */
  async learnFrom(node: ClusterNode): Promise<boolean> {
    const view = await askForMap(node);
    if (typeof view === 'string') throw noConnection(node.word, view);
    if (!this.#isClosed) this.#settle([view]);
    return this.#places.includes(node);
  }

  close(): void {
    this.#isClosed = true;
    this.#rounds.close();
  }

  /** True if every place can be reached. */
  async #ask(): Promise<boolean> {
    const up = this.#options.nodes.all.filter(({ isUp }) => isUp);
    const from = (this.#asked += 1);
    const asked = up.map((_, index) => up[(from + index) % up.length]).slice(0, ASKED_MAX);
    const views = await this.#viewsOf(asked.filter((node) => node !== undefined));
    if (views.length === 0) views.push(...(await this.#askSeed()));
    if (this.#isClosed) return true;
    if (views.length === 0) this.#missed();
    else this.#settle(views);
    // Without a map it is not known which parts there are.
    if (this.#hasMap) this.#report.see(this.#places, performance.now());
    return this.areAll(({ isUp }) => isUp);
  }

  #settle(views: readonly ClusterView[]): void {
    this.#unanswered = 0;
    this.#hasMap = true;
    this.#map.settle(views, performance.now());
    this.#lastFault = 'the Cluster has no primary for this part';
    this.#lead();
  }

  /** Says why, when every node of the URL was asked in vain, and no other one can be used. */
  #missed(): void {
    const { seeds, observer } = this.#options;
    this.#unanswered += 1;
    if (this.#unanswered < seeds.length || [...this.#used].some(({ isUp }) => isUp)) return;
    observer.unreachable?.(this.#lastFault);
  }

  async #askSeed(): Promise<ClusterView[]> {
    const { seeds, nodes } = this.#options;
    const address = seeds[this.#seed % seeds.length];
    this.#seed += 1;
    if (address === undefined || this.#isClosed) return [];
    const seed = nodes.at(address);
    await seed.attempted(SEED_MAX_MS);
    const views = this.#isClosed ? [] : await this.#viewsOf([seed]);
    if (views.length === 0 && !this.#isClosed) nodes.retireAllBut(this.#used);
    return views;
  }

  async #viewsOf(nodes: readonly ClusterNode[]): Promise<ClusterView[]> {
    const answers = await Promise.all(nodes.map(askForMap));
    const views: ClusterView[] = [];
    for (const answer of answers) {
      if (typeof answer === 'string') this.#lastFault = answer;
      else views.push(answer);
    }
    return views;
  }

  /** Leads each place to its owner: as soon as there is a connection, or if the former has none. */
  #lead(): void {
    const { nodes } = this.#options;
    const used = new Set<ClusterNode>();
    for (const [place, owner] of this.#map.owners.entries()) {
      const owning = owner && nodes.at(owner.address);
      const before = this.#places[place];
      // The former primary redirects, and redirected calls wait for the connection to the new one.
      const isWaiting = before?.isUp === true && owning?.isUp !== true;
      const node = isWaiting ? before : owning;
      if (node !== before) this.#changes += 1;
      this.#places[place] = node;
      this.connections[place] = node?.connection;
      if (node !== undefined) used.add(node);
      if (owning !== undefined) used.add(owning);
    }
    this.#used = used;
    nodes.retireAllBut(used);
  }
}
