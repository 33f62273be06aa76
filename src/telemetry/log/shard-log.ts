import type { ShardDown, ShardsState, StoreObserver } from '../../store/store-observer.ts';
import type { Log } from './log.ts';
import { RepeatLimit } from './repeat-limit.ts';

/** Causes come from a closed set of words; this is a limit all the same. */
const CAUSES_MAX = 20;

/**
 * The parts of a Cluster in the log: each outage when it begins and when it ends, and each of its
 * causes once.
 */
export class ShardLog implements StoreObserver {
  readonly #log: Log;
  /** The parts that were logged as down, by their nodes, and the causes that were logged. */
  #down: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  readonly #redirections: RepeatLimit;

  /** @param clock a monotonic clock, in milliseconds */
  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#redirections = new RepeatLimit(clock);
  }

  shards({ known, down }: ShardsState): void {
    const now = new Map<string, ReadonlySet<string>>();
    for (const shard of down) {
      const { node, partitions, why, hasReplicasKey } = shard;
      const causes = this.#down.get(node) ?? new Set();
      now.set(node, causes.size < CAUSES_MAX ? new Set([...causes, why]) : causes);
      if (causes.has(why) || causes.size >= CAUSES_MAX) continue;
      this.#log.error(
        {
          event: 'store_shard_down',
          node,
          partitions,
          known,
          why,
          ...(hasReplicasKey && { replicas_key: true }),
        },
        `a part of the store cannot be reached: ${why}; ${effectOf(shard, down.length === known)}`,
      );
    }
    for (const node of this.#down.keys()) {
      if (now.has(node)) continue;
      this.#log.info(
        { event: 'store_shard_up', node, known },
        'that part of the store is served again',
      );
    }
    this.#down = now;
  }

  redirectedAway(node: string, to: string): void {
    if (!this.#redirections.isDue(to)) {
      this.#redirections.leaveOut();
      return;
    }
    this.#log.warn(
      { event: 'store_redirected_away', node, to, ...this.#redirections.takeLeftOut() },
      'a node of the Cluster redirects to an address that no map has named; it is not used',
    );
  }
}

function effectOf({ hasReplicasKey }: ShardDown, isAll: boolean): string {
  if (isAll) return 'nor can any other';
  if (!hasReplicasKey) return 'sessions in the others are decided';
  return (
    'known sessions in the others are decided; unknown credentials get no verdict anywhere after at ' +
    'most 45 seconds, because replicas of Curfew compare their server keys there'
  );
}
