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
  readonly connection: () => ClusterConnection;
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
  /** What each node has said last, by the history of its data. */
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
    const watch = new PrimaryWatch({
      read: async (...words) => node.connection.read(...words),
      // A promoted replica continues the history of the primary before it.
      predecessorOf: ({ earlierReplicationId, runId }) => {
        const before = this.#infos.get(earlierReplicationId ?? '');
        return before?.runId === runId ? undefined : before;
      },
      heard: (info) => {
        this.#remember(info, required);
        void settleVisits();
      },
      changed: (beforeRunId, runId) => observer.primaryChanged?.(beforeRunId, runId),
      writeAgain: async () => this.#writeAgain(node),
    });
    this.#watches.set(node, watch);
    return watch;
  }

  #remember(info: PrimaryInfo, required: RequiredReplicas): void {
    required.seen(info.replicasOnline);
    // Its predecessor is not asked for again: that history is continued.
    this.#infos.delete(info.earlierReplicationId ?? '');
    this.#infos.set(info.replicationId, info);
    for (const [oldest] of this.#infos) {
      if (this.#infos.size <= REMEMBERED_MAX) return;
      this.#infos.delete(oldest);
    }
  }

  async #writeAgain(node: ClusterNode): Promise<void> {
    const connection = this.#options.connection();
    // The map may not lead to the new primary yet, or with a part of its slots only.
    await connection.refreshed();
    const notes = this.#options.ledger
      .newestFirst()
      .filter((note) => connection.nodeOf(placeOfCall(note.call)) === node);
    await this.#options.writeAgain(notes);
    this.#options.observer.writtenAgain?.(notes.length);
  }

  #forgetGone(opened: ClusterNode): void {
    const { nodes } = this.#options.connection();
    for (const [node, watch] of this.#watches) {
      if (nodes.has(node) || node === opened) continue;
      watch.close();
      this.#watches.delete(node);
    }
  }
}
