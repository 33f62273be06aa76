import type { RedisConnection } from './redis-connection.ts';
import { textsOf } from './resp-reply.ts';
import type { DeadlineEntry, SessionLook } from './session-look.ts';
import { PARTITION_COUNT, partitionKeys } from './store-keys.ts';
import { budgetOf } from './sweep-turn.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Partitions asked in one round trip. */
const PARTITIONS_AT_ONCE = 32;
/** Due entries fetched of one partition at a time: no partition holds up the others. */
const DUE_PER_PARTITION_MAX = 32;

/** Goes around all partitions and looks at the entries that are due. */
export class DuePass {
  readonly #connection: RedisConnection;
  readonly #look: SessionLook;
  /** Where the next turn begins: after an exhausted turn the rest comes first. */
  #next = 0;

  constructor(connection: RedisConnection, look: SessionLook) {
    this.#connection = connection;
    this.#look = look;
  }

  /** True when more is due than the turn had budget for. */
  async run(turn: SweepTurn): Promise<boolean> {
    const first = this.#next;
    let isMoreDue = false;
    for (let passed = 0; passed < PARTITION_COUNT; passed += PARTITIONS_AT_ONCE) {
      this.#next = (first + passed) % PARTITION_COUNT;
      if (budgetOf(turn) === 0) return true;
      // oxlint-disable-next-line no-await-in-loop -- group after group is the pace
      const found = await this.#dueIn(this.#next, turn.nowMs);
      const entries = found.flat();
      // oxlint-disable-next-line no-await-in-loop
      await this.#look.at(turn, entries.slice(0, budgetOf(turn)));
      isMoreDue ||= found.some(({ length }) => length === DUE_PER_PARTITION_MAX);
      if (entries.length > 0 && budgetOf(turn) === 0) return true;
    }
    this.#next = first;
    return isMoreDue;
  }

  async #dueIn(from: number, nowMs: number): Promise<DeadlineEntry[][]> {
    const partitions = Array.from({ length: PARTITIONS_AT_ONCE }, (_, step) =>
      partitionKeys((from + step) % PARTITION_COUNT),
    );
    return Promise.all(
      partitions.map(async (partition) => {
        const until = [`${nowMs}`, 'BYSCORE', 'LIMIT', '0', `${DUE_PER_PARTITION_MAX}`];
        const due = await this.#connection.read('ZRANGE', partition.deadlines, '-inf', ...until);
        return textsOf(due).map((member) => ({ partition, member }));
      }),
    );
  }
}
