import { forgetOldest } from '../../forget-oldest.ts';
import { StoreUnavailable } from '../../../session/session-store.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { Ledger, Note } from '../durable/ledger.ts';
import { placeOfCall } from '../durable/note-place.ts';
import type { PrimaryInfo } from '../durable/primary-info.ts';
import { PrimaryWatch } from '../durable/primary-watch.ts';
import type { RequiredReplicas } from '../durable/required-replicas.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';

/** Primaries of which it is remembered what they said, the latest first to know. */
const REMEMBERED_MAX = 1_024;

export interface ShardPrimariesOptions {
  readonly connection: () => Pick<ClusterConnection, 'nodes' | 'nodeOf' | 'learnFrom'>;
  readonly required: RequiredReplicas;
  readonly ledger: Ledger;
  /** Makes noted calls again. @throws {StoreUnavailable} */
  readonly writeAgain: (notes: readonly Note[]) => Promise<void>;
  /** Finds out what became of visits of a login that got no answer. Never rejects. */
  readonly settleVisits: () => Promise<void>;
  readonly observer: StoreObserver;
}

/**
 * Notices when a part of the Cluster has another primary, and writes again what it may lack: what
 * belongs to that part, so that nothing waits for a part that is down.
 */
export class ShardPrimaries {
  readonly #options: ShardPrimariesOptions;
  readonly #watches = new Map<ClusterNode, PrimaryWatch>();
  /**
   * What each primary has said last, by the history of its data. One that has been replaced stays
   * until its successor has what it may lack: that one may be connected several times meanwhile.
   */
  readonly #infos = new Map<string, PrimaryInfo>();

  constructor(options: ShardPrimariesOptions) {
    this.#options = options;
  }

  /** There is a new connection to a node. */
  connected(node: ClusterNode): void {
    this.#watchOf(node).connected();
  }

  /** @param info the text of `INFO` of this node */
  seen(node: ClusterNode, info: string): void {
    this.#watchOf(node).seen(info);
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
  }

  #watchOf(node: ClusterNode): PrimaryWatch {
    const known = this.#watches.get(node);
    if (known !== undefined) return known;
    this.#forgetGone(node);
    const { observer, required, settleVisits } = this.#options;
    let last: PrimaryInfo | undefined;
    let isReported = false;
    const watch = new PrimaryWatch({
      read: async (...words) => {
        if (node.isClosed) this.#forget(node, watch);
        return node.connection.read(...words);
      },
      // A promoted replica continues the history of the primary before it.
      predecessorOf: ({ replicationId, earlierReplicationId, runId }) => {
        isReported = this.#infos.get(replicationId)?.runId === runId;
        if (earlierReplicationId === undefined) return undefined;
        const before = this.#infos.get(earlierReplicationId);
        return before?.runId === runId ? undefined : before;
      },
      heard: (info) => {
        last = info;
        required.seen(info, node.word);
        this.#remember(info);
        void settleVisits();
      },
      changed: (beforeRunId, runId) => {
        if (!isReported) observer.primaryChanged?.(beforeRunId, runId);
      },
      writeAgain: async () => {
        if (node.isClosed) {
          this.#forget(node, watch);
          return;
        }
        const written = last;
        await this.#writeAgain(node);
        this.#infos.delete(written?.earlierReplicationId ?? '');
      },
    });
    this.#watches.set(node, watch);
    return watch;
  }

  #remember(info: PrimaryInfo): void {
    this.#infos.delete(info.replicationId);
    this.#infos.set(info.replicationId, info);
    forgetOldest(this.#infos, REMEMBERED_MAX);
  }

  async #writeAgain(node: ClusterNode): Promise<void> {
    const connection = this.#options.connection();
    // The map may not lead to the new primary yet, or with a part of its slots only, and the nodes
    // that are asked in turn may not know of it. It knows itself.
    const isLed = await connection.learnFrom(node);
    if (!isLed) throw new StoreUnavailable('down', 'no place is led to the new primary yet');
    const notes = this.#options.ledger
      .newestFirst()
      .filter((note) => connection.nodeOf(placeOfCall(note.call)) === node);
    await this.#options.writeAgain(notes);
    this.#options.observer.writtenAgain?.(notes.length);
  }

  #forget(node: ClusterNode, watch: PrimaryWatch): void {
    watch.close();
    if (this.#watches.get(node) === watch) this.#watches.delete(node);
  }

  #forgetGone(opened: ClusterNode): void {
    const { nodes } = this.#options.connection();
    for (const [node, watch] of this.#watches) {
      if (!nodes.has(node) && node !== opened) this.#forget(node, watch);
    }
  }
}
