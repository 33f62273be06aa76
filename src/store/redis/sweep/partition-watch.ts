import { listOf, textOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { LimitsBySource } from '../script-words.ts';
import { partitionKeys } from '../store-keys.ts';
import type { PartitionKeys } from '../store-keys.ts';
import { decodeStates } from './partition-state.ts';
import type { PartitionState } from './partition-state.ts';

/** Partitions of one look, so that it does not block others for long. */
const PARTITIONS_AT_ONCE = 32;
/** Groups that are looked at at a time, each by commands of its own. */
const GROUPS_AT_ONCE = 16;

/** A partition, and what is known of it. */
export interface WatchedPartition {
  readonly keys: PartitionKeys;
  /** As of the last look; `undefined` before the first one. */
  state: PartitionState | undefined;
  /** Something may have changed since the last look. */
  isStale: boolean;
}

/**
 * Knows which partitions the sweeper has to do something in. Each opening and each end adds to the
 * stream of events, so one command says in which partitions something has happened, and only those
 * are looked at. In an idle store that is all that a turn sends.
 *
 * A deadline can be moved without an event: when another sweeper examines a session by other limits.
 * So each other turn also looks at one partition for which there is no reason, in turn.
 */
export class PartitionWatch {
  readonly #connection: StoreConnection;
  readonly #together: readonly (readonly WatchedPartition[])[];
  readonly #partitions: readonly WatchedPartition[];
  readonly #byStream: ReadonlyMap<string, WatchedPartition>;
  #generation: number | undefined;
  #digests = '';
  #turns = 0;

  /** @param together the numbers of the partitions that one command may name together */
  constructor(connection: StoreConnection, together: readonly (readonly number[])[]) {
    this.#connection = connection;
    this.#together = together.map((indexes) =>
      indexes.map((index) => ({ keys: partitionKeys(index), state: undefined, isStale: true })),
    );
    this.#partitions = this.#together.flat();
    this.#byStream = new Map(this.#partitions.map((each) => [each.keys.events, each]));
  }

  /** All partitions, in an order that stays. */
  get partitions(): readonly WatchedPartition[] {
    return this.#partitions;
  }

  /** How many sessions of each source are live; `undefined` until each partition was looked at. */
  get active(): ReadonlyMap<string, number> | undefined {
    const sums = new Map<string, number>();
    for (const { state } of this.#partitions) {
      if (state === undefined) return undefined;
      for (const [source, count] of state.active) {
        sums.set(source, (sums.get(source) ?? 0) + count);
      }
    }
    return sums;
  }

  /** Looks at the partitions in which something has happened since the last call. */
  async look(limits: LimitsBySource): Promise<void> {
    this.#forgetIfOther(limits);
    const routine = this.#routine();
    for (let from = 0; from < this.#together.length; from += GROUPS_AT_ONCE) {
      const groups = this.#together.slice(from, from + GROUPS_AT_ONCE);
      // oxlint-disable-next-line no-await-in-loop -- a few after the others, to leave room for checks
      await Promise.all(groups.map(async (group) => this.#lookInto(group, routine, limits)));
    }
  }

  async #lookInto(
    group: readonly WatchedPartition[],
    routine: WatchedPartition | undefined,
    limits: LimitsBySource,
  ): Promise<void> {
    await this.#noteChanges(group);
    const looking = group.filter((each) => each.isStale || each === routine);
    for (let from = 0; from < looking.length; from += PARTITIONS_AT_ONCE) {
      // oxlint-disable-next-line no-await-in-loop -- some after the others, to leave room for checks
      await this.#lookAt(looking.slice(from, from + PARTITIONS_AT_ONCE), limits);
    }
  }

  // Only each other turn, so that an idle replica asks little.
  #routine(): WatchedPartition | undefined {
    this.#turns += 1;
    return this.#turns % 2 === 0
      ? this.#partitions[(this.#turns / 2) % this.#partitions.length]
      : undefined;
  }

  // A new connection may be to another server, and what is reviewed depends on the limits.
  #forgetIfOther(limits: LimitsBySource): void {
    const { generation } = this.#connection;
    const digests = [...limits].map(([name, { digest }]) => `${name}=${digest}`).join();
    if (generation === this.#generation && digests === this.#digests) return;
    this.#generation = generation;
    this.#digests = digests;
    for (const each of this.#partitions) each.isStale = true;
  }

  async #noteChanges(group: readonly WatchedPartition[]): Promise<void> {
    const known = group.flatMap(({ keys, state, isStale }) =>
      state === undefined || isStale ? [] : [{ stream: keys.events, last: state.lastEvent }],
    );
    if (known.length === 0) return;
    const words = ['COUNT', '1', 'STREAMS', ...known.map(({ stream }) => stream)];
    const ids = known.map(({ last }) => last);
    const reply = await this.#connection.read('XREAD', ...words, ...ids);
    if (reply === null) return;
    for (const changed of listOf(reply)) {
      const [stream = null] = listOf(changed);
      const partition = this.#byStream.get(textOf(stream));
      if (partition !== undefined) partition.isStale = true;
    }
  }

  async #lookAt(looking: readonly WatchedPartition[], limits: LimitsBySource): Promise<void> {
    const keys = looking.flatMap((each) => {
      const { deadlines, events, limits: noted, active, pending } = each.keys;
      return [deadlines, events, noted, active, pending];
    });
    const args = [...limits].flatMap(([name, { digest }]) => [name, digest]);
    const { words } = await this.#connection.run('look', keys, args, ['looked']);
    const states = decodeStates(words, looking.length, [...limits.keys()]);
    for (const [index, each] of looking.entries()) {
      each.state = states[index];
      each.isStale = false;
    }
  }
}
