import { readFields } from '../directory/read-fields.ts';
import { reachesAtMs } from '../../../session/reached-limit.ts';
import { listOf, pairsOf, textOf, textsOf } from '../read-reply.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import { ownLimitsOf } from '../read-record.ts';
import type { LimitWords, LimitsBySource } from '../script-words.ts';
import type { PartitionKeys } from '../store-keys.ts';
import type { PartitionWatch } from './partition-watch.ts';
import { sweepEntries } from './sweep-entries.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Entries of one step: one scan of a sorted set, and one round trip for the records. */
const STEP_MAX = 100;

interface Progress {
  /** The limits for which the partition is reviewed. With others the review starts again. */
  readonly digests: string;
  readonly cursor: string;
}

/**
 * Finds entries whose scores are too late because the limits were tightened since. Each partition
 * notes the limits by which its entries were scored. If they are not the current ones, every entry
 * of the partition is checked once, in bounded steps.
 */
export class LimitsReview {
  readonly #connection: StoreConnection;
  readonly #watch: PartitionWatch;
  readonly #progress = new Map<PartitionKeys, Progress>();

  constructor(connection: StoreConnection, watch: PartitionWatch) {
    this.#connection = connection;
    this.#watch = watch;
  }

  /** True when the budget of the turn was too small for what is to be reviewed. */
  async run(turn: SweepTurn, limits: LimitsBySource): Promise<boolean> {
    if (limits.size === 0) return false;
    for (const each of this.#watch.partitions) {
      if (each.state?.isReviewed !== false) continue;
      // oxlint-disable-next-line no-await-in-loop -- one step after another, to leave room for checks
      if (!(await this.#review(each.keys, turn, limits))) return true;
      each.isStale = true;
    }
    return false;
  }

  /** True when the partition is reviewed; false when the budget is used up before. */
  async #review(
    partition: PartitionKeys,
    turn: SweepTurn,
    limits: LimitsBySource,
  ): Promise<boolean> {
    const digests = [...limits].map(([name, { digest }]) => `${name}=${digest}`).join();
    let progress = this.#progress.get(partition);
    if (progress?.digests !== digests) {
      progress = { digests, cursor: '0' };
      await this.#mark(partition, limits);
    }
    let { cursor } = progress;
    do {
      this.#progress.set(partition, { digests, cursor });
      if (turn.budget === 0) return false;
      // oxlint-disable-next-line no-await-in-loop -- see above
      cursor = await this.#step({ partition, cursor }, turn, limits);
      // What this step has found may have been left out: the next turn begins with it.
      if (!turn.isCurrent()) return false;
    } while (cursor !== '0');
    this.#progress.delete(partition);
    await this.#settle(partition, limits);
    return true;
  }

  // A script that scores an entry by other limits during the review removes this mark.
  async #mark(partition: PartitionKeys, limits: LimitsBySource): Promise<void> {
    const marks = [...limits].flatMap(([name, { digest }]) => [name, `~${digest}`]);
    await this.#connection.read('HSET', partition.limits, ...marks);
  }

  // A mark that was removed is not written again, so the next turn reviews the partition again.
  async #settle(partition: PartitionKeys, limits: LimitsBySource): Promise<void> {
    const words = ['ok', 'unknown'] as const;
    await Promise.all(
      [...limits].map(([name, { digest }]) =>
        this.#connection.run('limits', [partition.limits], [name, digest], words),
      ),
    );
  }

  async #step(
    { partition, cursor }: { readonly partition: PartitionKeys; readonly cursor: string },
    turn: SweepTurn,
    limits: LimitsBySource,
  ): Promise<string> {
    const count = `${Math.min(STEP_MAX, turn.budget)}`;
    const page = await this.#connection.read('ZSCAN', partition.deadlines, cursor, 'COUNT', count);
    const [next = null, entriesOfPage = null] = listOf(page);
    const scanned = textsOf(entriesOfPage);
    const late = await Promise.all(
      pairsOf(scanned).map(async ([member, score]) => {
        const session = partition.session(member);
        const isLate = await this.#isScoredLate(session, Number(score), limits);
        return isLate ? [{ partition, member }] : [];
      }),
    );
    const entries = late.flat();
    turn.examined += scanned.length / 2 - entries.length;
    await sweepEntries(this.#connection, turn, limits, entries);
    return textOf(next);
  }

  // Computed here only to run no script for the many entries with a good score. The script decides.
  async #isScoredLate(
    session: string,
    scoreMs: number,
    limitsBySource: LimitsBySource,
  ): Promise<boolean> {
    const fields = await readFields(this.#connection, session, 's', 'a', 'g', 'n', 'o');
    const [s, a, g, n, o] = fields;
    const limits = limitsBySource.get(n ?? '');
    if (typeof s !== 'string' || typeof a !== 'string' || limits === undefined) return false;
    return overAtMs({ s, a, g: g ?? '0', o }, limits) < scoreMs;
  }
}

interface LiveFields {
  readonly s: string;
  readonly a: string;
  readonly g: string;
  readonly o: string | null | undefined;
}

function overAtMs(fields: LiveFields, { frontier }: LimitWords): number {
  const record = {
    kind: 'live',
    source: '',
    startedAtMs: Number(fields.s),
    lastActivityAtMs: Number(fields.a),
    longestGapMs: Number(fields.g),
    challengedAtMs: undefined,
    subject: undefined,
    subjectName: undefined,
    ownLimits: ownLimitsOf(fields.o),
  } as const;
  if (frontier.length === 0) return Infinity;
  return Math.max(...frontier.map((timeouts) => reachesAtMs(record, timeouts)));
}
