import type { StoreConnection } from '../connection/store-connection.ts';
import type { LimitsBySource } from '../script-words.ts';
import { PartitionCount } from './partition-count.ts';
import type { PartitionWatch, WatchedPartition } from './partition-watch.ts';
import { sweepEntries } from './sweep-entries.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Entries of one step: one scan of a sorted set, and one round trip for the records. */
const STEP_MAX = 100;
/** A partition is not counted again before, because a count examines all of its sessions. */
const COUNTED_MIN_MS = 600_000;

/**
 * Counts the live sessions of a partition where the count that the scripts keep is not that of the
 * deadlines: an earlier version counts none, and a session that is never over leaves by its time to
 * live.
 */
export class ActiveCount {
  readonly #connection: StoreConnection;
  readonly #watch: PartitionWatch;
  readonly #counting = new Map<WatchedPartition, PartitionCount>();
  readonly #countedAtMs = new Map<WatchedPartition, number>();

  constructor(connection: StoreConnection, watch: PartitionWatch) {
    this.#connection = connection;
    this.#watch = watch;
  }

  /** True when the budget of the turn was too small. */
  async run(turn: SweepTurn, limits: LimitsBySource): Promise<boolean> {
    for (const each of this.#watch.partitions) {
      const count = this.#countOf(each, turn);
      if (count === undefined) continue;
      // oxlint-disable-next-line no-await-in-loop -- one step after another, to leave room for checks
      if (!(await scan(count, turn))) return true;
      // oxlint-disable-next-line no-await-in-loop
      await sweepEntries(this.#connection, turn, limits, count.strays.slice(0, turn.budget));
      // Strays may have been left out: the next turn examines them.
      if (!turn.isCurrent()) return true;
      // oxlint-disable-next-line no-await-in-loop
      await count.settle();
      this.#counting.delete(each);
      this.#countedAtMs.set(each, turn.nowMs);
      each.isStale = true;
    }
    return false;
  }

  /** The count of a partition, if one is under way or due. */
  #countOf(each: WatchedPartition, { nowMs }: SweepTurn): PartitionCount | undefined {
    const counting = this.#counting.get(each);
    if (counting !== undefined) return counting;
    const { keys, state } = each;
    if (state === undefined || state.counted === state.entries) return undefined;
    const countedAtMs = this.#countedAtMs.get(each) ?? -Infinity;
    if (Math.abs(nowMs - countedAtMs) < COUNTED_MIN_MS) return undefined;
    const count = new PartitionCount(this.#connection, keys, state.lastEvent);
    this.#counting.set(each, count);
    return count;
  }
}

/** False when the budget is used up before all is scanned. */
async function scan(count: PartitionCount, turn: SweepTurn): Promise<boolean> {
  while (!count.isScanned) {
    if (turn.budget === 0) return false;
    // oxlint-disable-next-line no-await-in-loop -- see above
    turn.examined += await count.scan(Math.min(STEP_MAX, turn.budget));
  }
  return true;
}
