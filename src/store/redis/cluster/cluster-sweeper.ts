import { asError } from '../../as-error.ts';
import type { SourceRule } from '../../../session/session-store.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { Sweeper, SweepReport } from '../../sweep/sweeper.ts';
import type { MarkPass } from '../installation/mark-pass.ts';
import { RedisSweeper } from '../sweep/redis-sweeper.ts';
import type { SweeperPorts } from '../sweep/redis-sweeper.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterNode } from './cluster-node.ts';
import { ShardConnection } from './shard-connection.ts';
import { shardsOf } from './shards.ts';
import type { Shard } from './shards.ts';

interface ShardSweeper {
  /** The numbers of its partitions. With others it begins again. */
  readonly partitions: string;
  readonly sweeper: RedisSweeper;
}

/**
 * The sweeper of a Cluster: one for each part, by the clock of its primary. A part that cannot be
 * reached does not hold up the others.
 */
export class ClusterSweeper implements Sweeper {
  readonly #connection: ClusterConnection;
  readonly #observer: StoreObserver;
  readonly #ports: SweeperPorts;
  readonly #marks: MarkPass;
  #sweepers = new Map<ClusterNode, ShardSweeper>();
  #turns = 0;

  constructor(
    connection: ClusterConnection,
    observer: StoreObserver,
    ports: SweeperPorts,
    marks: MarkPass,
  ) {
    this.#connection = connection;
    this.#observer = observer;
    this.#ports = ports;
    this.#marks = marks;
  }

  async sweep(
    sources: ReadonlyMap<string, SourceRule>,
    examinedMax: number,
    isCurrent?: () => boolean,
  ): Promise<SweepReport> {
    const sweepers = this.#current();
    // Without any part these say why there is none.
    if (sweepers.length === 0) await this.#connection.reachAll();
    const nowMs = await this.#connection.time();
    const unread = await this.#marks.run(nowMs).then(() => undefined, errorOf);
    // What cannot be divided evenly goes to other parts in each turn.
    const count = sweepers.length;
    this.#turns += 1;
    const share = (index: number): number =>
      Math.floor((examinedMax + ((index + this.#turns) % count)) / count);
    const reports = await Promise.all(
      sweepers.map(async (sweeper, index) =>
        sweeper
          .sweep(sources, share(index), isCurrent)
          .catch((fault: unknown) => notBegun(sweeper, fault)),
      ),
    );
    const sum = reports.reduce(sumOf);
    return { ...sum, fault: sum.fault ?? unread };
  }

  /** The sweepers of the parts as they are now. One that still has the same partitions goes on. */
  #current(): readonly RedisSweeper[] {
    const current = new Map<ClusterNode, ShardSweeper>();
    for (const [index, { node, partitions }] of shardsOf(this.#connection).entries()) {
      const known = this.#sweepers.get(node);
      const isSame = known?.partitions === partitions.join();
      current.set(node, isSame ? known : this.#sweeperOf({ node, partitions }, index === 0));
    }
    this.#sweepers = current;
    return [...current.values()].map(({ sweeper }) => sweeper);
  }

  #sweeperOf({ node, partitions }: Shard, reviewsIndexes: boolean): ShardSweeper {
    const connection = new ShardConnection(this.#connection, node);
    // One command may only name keys of one slot, and each partition is a slot.
    const together = partitions.map((partition) => [partition]);
    const part = { together, reviewsIndexes, marks: undefined };
    const sweeper = new RedisSweeper(connection, this.#observer, this.#ports, part);
    return { partitions: partitions.join(), sweeper };
  }
}

function notBegun({ active }: RedisSweeper, fault: unknown): SweepReport {
  const ended = { idle: 0, absolute: 0 };
  return { ended, examined: 0, finished: [], active, more: true, fault: errorOf(fault) };
}

function errorOf(fault: unknown): Error {
  return asError(fault, 'the turn did not begin');
}

function sumOf(one: SweepReport, other: SweepReport): SweepReport {
  return {
    ended: {
      idle: one.ended.idle + other.ended.idle,
      absolute: one.ended.absolute + other.ended.absolute,
    },
    examined: one.examined + other.examined,
    finished: [...one.finished, ...other.finished],
    active: one.active && other.active && sumOfCounts(one.active, other.active),
    more: one.more || other.more,
    fault: one.fault ?? other.fault,
  };
}

function sumOfCounts(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sums = new Map(one);
  for (const [source, count] of other) sums.set(source, (sums.get(source) ?? 0) + count);
  return sums;
}
