import type { StoreObserver } from '../../store-observer.ts';
import { PARTITION_COUNT } from '../store-keys.ts';
import type { ClusterNode } from './cluster-node.ts';

/** A connection that was lost and is back within this time is not reported. */
const DOWN_MIN_MS = 300;
const NOWHERE = 'no primary';

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
    const down = new Map<string, number>();
    for (const node of places.slice(0, PARTITION_COUNT)) {
      const isDown = node === undefined || isLongDown(node, nowMs);
      const word = node?.word ?? NOWHERE;
      if (isDown) down.set(word, (down.get(word) ?? 0) + 1);
    }
    const words = [...down]
      .map((each) => each.join(' '))
      .toSorted((one, other) => (one < other ? -1 : 1));
    const seen = [nodes.size, ...words].join(' ');
    if (seen === this.#reported) return;
    this.#reported = seen;
    const downShards = [...down].map(([node, partitions]) => ({ node, partitions }));
    const known = nodes.size + (down.has(NOWHERE) ? 1 : 0);
    this.#observer.shards?.({ known, down: downShards });
  }
}

function isLongDown({ downSinceMs }: ClusterNode, nowMs: number): boolean {
  return downSinceMs !== undefined && nowMs - downSinceMs >= DOWN_MIN_MS;
}
