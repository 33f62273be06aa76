import type { ShardsState, StoreObserver } from '../../store/store-observer.ts';
import type { Log } from './log.ts';

/** The parts of a Cluster in the log: each outage when it begins and when it ends. */
export class ShardLog implements StoreObserver {
  readonly #log: Log;
  /** The parts that were logged as down, by their nodes. */
  #down: ReadonlySet<string> = new Set();
  #redirectedTo = '';

  constructor(log: Log) {
    this.#log = log;
  }

  shards({ known, down }: ShardsState): void {
    for (const { node, partitions } of down) {
      if (this.#down.has(node)) continue;
      this.#log.error(
        { event: 'store_shard_down', node, partitions, known },
        'a part of the store cannot be reached; sessions in the others are decided',
      );
    }
    const now = new Set(down.map(({ node }) => node));
    for (const node of this.#down) {
      if (now.has(node)) continue;
      this.#log.info(
        { event: 'store_shard_up', node, known },
        'that part of the store is served again',
      );
    }
    this.#down = now;
  }

  redirectedAway(node: string, to: string): void {
    if (to === this.#redirectedTo) return;
    this.#redirectedTo = to;
    this.#log.warn(
      { event: 'store_redirected_away', node, to },
      'a node of the Cluster redirects to an address that no map has named; it is not used',
    );
  }
}
