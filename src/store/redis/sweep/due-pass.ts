import { textsOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { LimitsBySource } from '../script-words.ts';
import type { PartitionWatch, WatchedPartition } from './partition-watch.ts';
import { sweepEntries } from './sweep-entries.ts';
import type { DeadlineEntry } from './sweep-entries.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Partitions that are asked in one round trip. */
const PARTITIONS_AT_ONCE = 32;
/** Due entries that are fetched at a time from one partition, so that it does not block others. */
const DUE_PER_PARTITION_MAX = 32;

/** Examines the sessions that are due. */
export class DuePass {
  readonly #connection: StoreConnection;
  readonly #watch: PartitionWatch;
  /** The partition where the next turn begins. A turn without budget leaves the rest to it. */
  #next = 0;

  constructor(connection: StoreConnection, watch: PartitionWatch) {
    this.#connection = connection;
    this.#watch = watch;
  }

  /** True when more is due than the turn had budget for. */
  async run(turn: SweepTurn, limits: LimitsBySource): Promise<boolean> {
    const { partitions } = this.#watch;
    const first = this.#next;
    let isMoreDue = false;
    for (let passed = 0; passed < partitions.length; passed += PARTITIONS_AT_ONCE) {
      const from = (first + passed) % partitions.length;
      const due = partitions
        .slice(from, from + PARTITIONS_AT_ONCE)
        .filter(({ state }) => (state?.nextAtMs ?? Infinity) <= turn.nowMs);
      if (due.length === 0) continue;
      this.#next = from;
      if (turn.budget === 0) return true;
      // oxlint-disable-next-line no-await-in-loop -- one group after another, to leave room for checks
      const found = await this.#dueIn(due, turn.nowMs);
      const entries = found.flat();
      // oxlint-disable-next-line no-await-in-loop
      await sweepEntries(this.#connection, turn, limits, entries.slice(0, turn.budget));
      isMoreDue ||= found.some(({ length }) => length === DUE_PER_PARTITION_MAX);
      if (entries.length > 0 && turn.budget === 0) return true;
    }
    this.#next = first;
    return isMoreDue;
  }

  async #dueIn(due: readonly WatchedPartition[], nowMs: number): Promise<DeadlineEntry[][]> {
    return Promise.all(
      due.map(async (each) => {
        const { keys: partition } = each;
        const until = [`${nowMs}`, 'BYSCORE', 'LIMIT', '0', `${DUE_PER_PARTITION_MAX}`];
        const found = await this.#connection.read('ZRANGE', partition.deadlines, '-inf', ...until);
        each.isStale = true; // another one will be next
        return textsOf(found).map((member) => ({ partition, member }));
      }),
    );
  }
}
