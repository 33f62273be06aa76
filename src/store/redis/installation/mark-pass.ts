import type { OnStoreLoss } from '../../../terms/on-store-loss.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { KnownMarks } from './known-marks.ts';
import { isSettled } from './known-marks.ts';
import { lossOf } from './loss-of.ts';
import { writeMark } from './mark.ts';
import type { Mark, MarkAction } from './mark.ts';
import { MARKS_AT_ONCE, readMarks } from './read-marks.ts';

/** How often the marks are read while the connection stays. */
const ROUND_MS = 60_000;
/** How often a mark is renewed. */
const RENEWED_MS = 600_000;

export interface MarkPassOptions {
  readonly connection: Pick<StoreConnection, 'read' | 'run' | 'generation'>;
  readonly known: KnownMarks;
  /** By the current policy file. */
  readonly onStoreLoss: () => OnStoreLoss;
  readonly observer: Pick<StoreObserver, 'lost' | 'marksSeen'>;
  /** Writes again what was noted of these partitions. @throws {StoreUnavailable} */
  readonly writeAgain: (partitions: ReadonlySet<number>) => Promise<void>;
}

/** The marks of one round, by partition. */
interface Round {
  readonly nowMs: number;
  /** `undefined`: the partition has no mark. One that could not be read is left out. */
  readonly marks: Map<number, Mark | undefined>;
}

/**
 * Notices that the store has lost data. Each partition has an installation mark, which is renewed every
 * ten minutes. A partition without its mark, or with an older one than this replica has seen, has lost
 * what was written since.
 *
 * A new store is marked without a word. While this replica knows no mark, it is a new one, unless other
 * partitions have marks that are not new.
 */
export class MarkPass {
  readonly #options: MarkPassOptions;
  #generation: number | undefined;
  #readAtMs = -Infinity;
  /** This replica is marking a new store, and may have been interrupted. */
  #isBeginning = false;
  /** Lost, and not written again yet. */
  readonly #behind = new Set<number>();

  constructor(options: MarkPassOptions) {
    this.#options = options;
  }

  /**
   * Reads all marks, if that is due: on a new connection, when a part of a Cluster has another node,
   * and once a minute.
   * @param nowMs by the store's clock
   * @throws {StoreUnavailable} when it has to be done again; what was found is noted
   */
  async run(nowMs: number): Promise<void> {
    const { connection, observer, onStoreLoss } = this.#options;
    const { generation } = connection;
    // The store's clock may have been set back.
    const isRead = Math.abs(nowMs - this.#readAtMs) < ROUND_MS;
    if (generation === this.#generation && isRead) return;
    const { marks, fault } = await readMarks(connection);
    const round = { nowMs, marks };
    await this.#noteLosses(round);
    await this.#renew(round);
    if (fault === undefined) await this.#begin(round);
    const all = [...marks.values()];
    observer.marksSeen?.({
      unmarked: all.filter((mark) => mark === undefined).length,
      refusing: onStoreLoss() === 'fence' ? all.filter((mark) => mark?.isFenced ?? true).length : 0,
    });
    await this.#catchUp();
    if (fault !== undefined) throw fault;
    this.#generation = generation;
    this.#readAtMs = nowMs;
  }

  async #noteLosses(round: Round): Promise<void> {
    const { known, observer, onStoreLoss } = this.#options;
    const { marks, nowMs } = round;
    const isEstablished =
      !this.#isBeginning &&
      [...marks.values()].some((mark) => mark !== undefined && isSettled(mark.begunAtMs, nowMs));
    const lost = [...marks].filter(([partition, mark]) => {
      const before = known.of(partition);
      if (before === undefined) return mark === undefined && isEstablished;
      return (
        mark === undefined ||
        mark.begunAtMs !== before.begunAtMs ||
        mark.renewedAtMs < before.renewedAtMs
      );
    });
    const action = onStoreLoss() === 'fence' ? 'fence' : 'lose';
    const noted = await this.#write(round, lost, action);
    for (const [partition, mark] of noted) {
      known.replace(partition, mark);
      this.#behind.add(partition);
    }
    const loss = lossOf(noted.map(([, mark]) => mark));
    if (loss !== undefined) observer.lost?.(loss);
  }

  /**
   * Only marks that this replica knew before this round: after a failover to old data, the replicas
   * that knew a newer mark must come first.
   */
  async #renew(round: Round): Promise<void> {
    const { known } = this.#options;
    const { marks, nowMs } = round;
    const due = [...marks].filter(
      ([partition, mark]) =>
        mark !== undefined &&
        known.of(partition) !== undefined &&
        nowMs - mark.renewedAtMs >= RENEWED_MS,
    );
    for (const [partition, mark] of marks) {
      if (mark !== undefined) known.found(partition, mark, nowMs);
    }
    await this.#write(round, due, 'renew');
  }

  /**
   * A loss need not come with another primary: a slot of a Cluster that had no node is given to one
   * that is there, and a server can be emptied while it runs.
   */
  async #catchUp(): Promise<void> {
    if (this.#behind.size === 0) return;
    await this.#options.writeAgain(this.#behind);
    this.#behind.clear();
  }

  /** Marks a new store, unless an operator has to say that it is one. */
  async #begin(round: Round): Promise<void> {
    if (this.#options.onStoreLoss() === 'fence') return;
    const unmarked = [...round.marks].filter(([, mark]) => mark === undefined);
    this.#isBeginning = unmarked.length > 0;
    await this.#write(round, unmarked, 'begin');
    this.#isBeginning = false;
  }

  /** Writes the marks of some partitions. Returns those that are there now. */
  async #write(
    { marks }: Round,
    some: readonly (readonly [number, Mark | undefined])[],
    action: MarkAction,
  ): Promise<readonly (readonly [number, Mark])[]> {
    const { connection, known } = this.#options;
    const written: (readonly [number, Mark])[] = [];
    for (let from = 0; from < some.length; from += MARKS_AT_ONCE) {
      // oxlint-disable-next-line no-await-in-loop -- a few at once, so that checks get through
      await Promise.all(
        some.slice(from, from + MARKS_AT_ONCE).map(async ([partition]) => {
          const knownAtMs = known.of(partition)?.renewedAtMs;
          const { mark } = await writeMark(connection, partition, action, knownAtMs);
          marks.set(partition, mark);
          if (mark !== undefined) written.push([partition, mark]);
        }),
      );
    }
    return written;
  }
}
