import { reachesAtMs } from '../session/reached-limit.ts';
import type { RedisConnection } from './redis-connection.ts';
import { fieldsOf, listOf, textOf, textsOf } from './resp-reply.ts';
import type { LimitWords } from './script-words.ts';
import type { SessionLook } from './session-look.ts';
import { isPoisonedKey } from './store-fault.ts';
import { PARTITION_COUNT, partitionKeys } from './store-keys.ts';
import type { PartitionKeys } from './store-keys.ts';
import { budgetOf } from './sweep-turn.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Entries of one step: a scan of a sorted set, then one round trip for their records. */
const STEP_MAX = 100;
const PARTITIONS_AT_ONCE = 32;

interface Progress {
  /** The limits for which the partition is being reviewed; others begin anew. */
  readonly digests: string;
  readonly cursor: string;
}

/**
 * Finds entries that are scored too far ahead because the limits were tightened since. Each partition says by which
 * limits its entries were scored; where that is not ours, every entry is looked at once, in bounded steps.
 */
export class LimitsReview {
  readonly #connection: RedisConnection;
  readonly #look: SessionLook;
  readonly #progress = new Map<PartitionKeys, Progress>();

  constructor(connection: RedisConnection, look: SessionLook) {
    this.#connection = connection;
    this.#look = look;
  }

  /** True when the turn's budget left something to review. */
  async run(turn: SweepTurn): Promise<boolean> {
    if (turn.limits.size === 0) return false;
    for (let from = 0; from < PARTITION_COUNT; from += PARTITIONS_AT_ONCE) {
      // oxlint-disable-next-line no-await-in-loop -- bounded steps, one after the other, are the pace
      for (const partition of await this.#foreignIn(from, turn)) {
        // oxlint-disable-next-line no-await-in-loop
        if (!(await this.#review(partition, turn))) return true;
      }
    }
    return false;
  }

  async #foreignIn(from: number, turn: SweepTurn): Promise<PartitionKeys[]> {
    const names = [...turn.limits.keys()];
    const partitions = Array.from({ length: PARTITIONS_AT_ONCE }, (_, step) =>
      partitionKeys(from + step),
    );
    const isForeign = await Promise.all(
      partitions.map(async ({ limits }) => {
        const digests = fieldsOf(await this.#connection.read('HMGET', limits, ...names));
        return names.some((name, index) => digests[index] !== turn.limits.get(name)?.digest);
      }),
    );
    return partitions.filter((_, index) => isForeign[index] === true);
  }

  /** True when the partition is through; false when the budget is. */
  async #review(partition: PartitionKeys, turn: SweepTurn): Promise<boolean> {
    const digests = [...turn.limits].map(([name, { digest }]) => `${name}=${digest}`).join();
    let progress = this.#progress.get(partition);
    if (progress?.digests !== digests) {
      progress = { digests, cursor: '0' };
      await this.#mark(partition, turn);
    }
    let { cursor } = progress;
    do {
      this.#progress.set(partition, { digests, cursor });
      if (budgetOf(turn) === 0) return false;
      // oxlint-disable-next-line no-await-in-loop -- see above
      cursor = await this.#step(partition, cursor, turn);
    } while (cursor !== '0');
    this.#progress.delete(partition);
    await this.#settle(partition, turn);
    return true;
  }

  // Whoever scores an entry by other limits while we review takes this mark away.
  async #mark({ limits }: PartitionKeys, turn: SweepTurn): Promise<void> {
    const marks = [...turn.limits].flatMap(([name, { digest }]) => [name, `~${digest}`]);
    await this.#connection.read('HSET', limits, ...marks);
  }

  // A mark that is gone stays gone, and the next turn reviews the partition again.
  async #settle({ limits }: PartitionKeys, turn: SweepTurn): Promise<void> {
    const words = ['ok', 'unknown'] as const;
    await Promise.all(
      [...turn.limits].map(([name, { digest }]) =>
        this.#connection.run('limits', [limits], [name, digest], words),
      ),
    );
  }

  async #step(partition: PartitionKeys, cursor: string, turn: SweepTurn): Promise<string> {
    const count = `${Math.min(STEP_MAX, budgetOf(turn))}`;
    const page = await this.#connection.read('ZSCAN', partition.deadlines, cursor, 'COUNT', count);
    const [next = null, entriesOfPage = null] = listOf(page);
    const scanned = textsOf(entriesOfPage);
    const late = await Promise.all(
      pairsOf(scanned).map(async ([member, score]) => {
        const isLate = await this.#isScoredLate(partition.session(member), Number(score), turn);
        return isLate ? [{ partition, member }] : [];
      }),
    );
    const entries = late.flat();
    turn.examined += scanned.length / 2 - entries.length;
    await this.#look.at(turn, entries);
    return textOf(next);
  }

  // Judged here only to spare the script for the many that are scored well; the script decides.
  async #isScoredLate(session: string, scoreMs: number, turn: SweepTurn): Promise<boolean> {
    const [s, a, g, n] = await this.#connection
      .read('HMGET', session, 's', 'a', 'g', 'n')
      .then(fieldsOf)
      .catch((fault: unknown) => {
        if (isPoisonedKey(fault)) return [];
        throw fault;
      });
    const limits = turn.limits.get(n ?? '');
    if (typeof s !== 'string' || typeof a !== 'string' || limits === undefined) return false;
    return overAtMs({ s, a, g: g ?? '0' }, limits) < scoreMs;
  }
}

function overAtMs(fields: { s: string; a: string; g: string }, { frontier }: LimitWords): number {
  const record = {
    kind: 'live',
    source: '',
    startedAtMs: Number(fields.s),
    lastActivityAtMs: Number(fields.a),
    longestGapMs: Number(fields.g),
  } as const;
  if (frontier.length === 0) return Infinity;
  return Math.max(...frontier.map((timeouts) => reachesAtMs(record, timeouts)));
}

function pairsOf(flat: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push([flat[index] ?? '', flat[index + 1] ?? '']);
  }
  return pairs;
}
