import { asError } from '../../as-error.ts';
import type { SessionDirectory } from '../../../session/session-directory.ts';
import type { SourceRule } from '../../../session/session-store.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { Sweeper, SweepReport } from '../../sweep/sweeper.ts';
import type { SubjectEndPorts } from '../../subjects/finish-subject-end.ts';
import { reviewFrom } from '../directory/index-review.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import { limitWords } from '../script-words.ts';
import type { MarkPass } from '../installation/mark-pass.ts';
import { PARTITION_COUNT } from '../store-keys.ts';
import { ActiveCount } from './active-count.ts';
import { DuePass } from './due-pass.ts';
import { IndexPass } from './index-pass.ts';
import type { LeavingSessions } from './leaving-sessions.ts';
import { LimitsReview } from './limits-review.ts';
import { PartitionWatch } from './partition-watch.ts';
import { SubjectPass } from './subject-pass.ts';
import { SweepTurn } from './sweep-turn.ts';

/** What the sweeper needs of the store, on the same connection. */
export interface SweeperPorts extends SubjectEndPorts {
  readonly directory: SubjectEndPorts['directory'] & Pick<SessionDirectory, 'reviewIndex'>;
  /** What checks have ended. */
  readonly leaving: LeavingSessions;
}

/** What a sweeper takes care of. */
export interface SweptPart {
  /** The numbers of its partitions, in groups that one command may name together. */
  readonly together: readonly (readonly number[])[];
  /** Whether it also reviews the indexes of subjects, wherever they are. */
  readonly reviewsIndexes: boolean;
  /** Looks after the installation marks, wherever they are; `undefined` if another one does. */
  readonly marks: MarkPass | undefined;
}

/** All partitions of a single Redis, where one command may name them all. */
export function wholeWith(marks: MarkPass): SweptPart {
  const together = [Array.from({ length: PARTITION_COUNT }, (_, index) => index)];
  return { together, reviewsIndexes: true, marks };
}

/**
 * The sweeper of the Redis store. There is no leader: the script that ends a session decides again,
 * and of several replicas only the first finds it alive.
 *
 * A turn looks where something has happened, examines the sessions that are due, and finishes ends
 * of subjects. After that it reviews the partitions whose entries were scored by other limits than
 * the current ones, so that a tightened policy takes effect in time, and counts the live sessions
 * where their count is wrong.
 */
export class RedisSweeper implements Sweeper {
  readonly #connection: StoreConnection;
  readonly #observer: StoreObserver;
  readonly #marks: MarkPass | undefined;
  readonly #directory: SweeperPorts['directory'];
  readonly #leaving: LeavingSessions;
  readonly #watch: PartitionWatch;
  readonly #due: DuePass;
  readonly #subjects: SubjectPass;
  readonly #review: LimitsReview;
  readonly #count: ActiveCount;
  readonly #index: IndexPass | undefined;

  constructor(
    connection: StoreConnection,
    observer: StoreObserver,
    ports: SweeperPorts,
    { together, reviewsIndexes, marks }: SweptPart,
  ) {
    const watch = new PartitionWatch(connection, together);
    this.#connection = connection;
    this.#observer = observer;
    this.#marks = marks;
    this.#directory = ports.directory;
    this.#leaving = ports.leaving;
    this.#watch = watch;
    this.#due = new DuePass(connection, watch);
    this.#subjects = new SubjectPass(connection, watch, ports);
    this.#review = new LimitsReview(connection, watch);
    this.#count = new ActiveCount(connection, watch);
    if (reviewsIndexes) this.#index = new IndexPass(ports.directory, reviewFrom(Math.random()));
  }

  async sweep(
    sources: ReadonlyMap<string, SourceRule>,
    examinedMax: number,
    isCurrent: () => boolean = () => true,
  ): Promise<SweepReport> {
    // The deadlines are instants of the store's clock; this process's own clock decides nothing.
    const nowMs = await this.#connection.time();
    this.#connection.noteClock(nowMs);
    const turn = new SweepTurn({ nowMs, examinedMax, isCurrent }, this.#observer);
    try {
      const more = await this.#take(turn, sources);
      return { ...this.#done(turn), more, fault: turn.fault };
    } catch (fault) {
      const error = asError(fault, 'the turn was cut short');
      return { ...this.#done(turn), more: true, fault: error };
    }
  }

  /** How many sessions of each source are live; `undefined` while this is not known. */
  get active(): ReadonlyMap<string, number> | undefined {
    return this.#watch.active;
  }

  /** True when there is more to do. */
  async #take(turn: SweepTurn, sources: ReadonlyMap<string, SourceRule>): Promise<boolean> {
    const limits = new Map([...sources].map(([name, rule]) => [name, limitWords(rule)]));
    // First, so that a loss is noticed as soon as a connection is back. Its faults hold up nothing.
    await this.#marks?.run(turn.nowMs).catch((fault: unknown) => turn.failed(fault));
    await this.#watch.look(limits);
    const isDueLeft = await this.#due.run(turn, limits);
    const isPendingLeft = await this.#subjects.run(turn, sources);
    const isReviewLeft = await this.#review.run(turn, limits);
    const isCountLeft = await this.#count.run(turn, limits);
    // These may be on a part of a Cluster that is down, which must not hold up the others.
    for (const [subject, keys] of [...turn.leaving, ...this.#leaving.take()]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another, to leave room for checks
      await this.#directory.leave(subject, keys).catch((fault: unknown) => turn.failed(fault));
    }
    const left = await this.#index?.run();
    if (left !== undefined) turn.failed(left);
    return isDueLeft || isPendingLeft || isReviewLeft || isCountLeft;
  }

  #done({ ended, examined, finished }: SweepTurn) {
    return { ended, examined, finished, active: this.#watch.active };
  }
}
