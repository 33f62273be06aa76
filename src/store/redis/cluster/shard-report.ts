import type { StoreObserver } from '../../store-observer.ts';
import { PARTITION_COUNT } from '../store-keys.ts';
import type { ClusterNode } from './cluster-node.ts';

/** A connection that was lost and is back within this time is not reported. */
const DOWN_MIN_MS = 300;
const NOWHERE = 'no primary';

/** A part that is down, while its places are counted. */
interface DownShard {
  readonly node: string;
  readonly why: string;
  partitions: number;
  hasReplicasKey: boolean;
}

/** Reports which parts of the Cluster cannot be reached: when that changes. */
export class ShardReport {
  readonly #observer: StoreObserver;
  #wasUp: boolean | undefined;
  #reported = '';

  constructor(observer: StoreObserver) {
    this.#observer = observer;
  }

  /** @param places the node that has each place, by its number */
  see(places: readonly (ClusterNode | undefined)[], nowMs: number): void {
    // Up while one primary is: sessions there are decided. What is missing is reported as shards.
    const nodes = new Set(places.filter((node) => node !== undefined));
    const isUp = [...nodes].some((node) => node.isUp);
    if (isUp !== this.#wasUp) this.#observer.up?.(isUp);
    this.#wasUp = isUp;
    const down = new Map<string, DownShard>();
    for (const [place, node] of places.entries()) {
      if (node !== undefined && !isLongDown(node, nowMs)) continue;
      const shard = down.get(node?.word ?? NOWHERE) ?? shardOf(node);
      if (place < PARTITION_COUNT) shard.partitions += 1;
      else shard.hasReplicasKey = true;
      down.set(shard.node, shard);
    }
    const shards = [...down.values()].toSorted((one, other) => (one.node < other.node ? -1 : 1));
    const seen = JSON.stringify([nodes.size, shards]);
    if (seen === this.#reported) return;
    this.#reported = seen;
    const known = nodes.size + (down.has(NOWHERE) ? 1 : 0);
    this.#observer.shards?.({ known, down: shards });
  }
}

function shardOf(node: ClusterNode | undefined): DownShard {
  const { word, lastFault } = node ?? { word: NOWHERE, lastFault: 'the Cluster has none for it' };
  return { node: word, why: lastFault, partitions: 0, hasReplicasKey: false };
}

function isLongDown({ downSinceMs }: ClusterNode, nowMs: number): boolean {
  return downSinceMs !== undefined && nowMs - downSinceMs >= DOWN_MIN_MS;
}
