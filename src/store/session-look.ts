import type { RedisConnection } from './redis-connection.ts';
import { textOf } from './resp-reply.ts';
import { milliseconds } from './script-words.ts';
import type { LimitWords } from './script-words.ts';
import { isPoisonedKey } from './store-fault.ts';
import type { PartitionKeys } from './store-keys.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** One entry of a partition's deadlines. */
export interface DeadlineEntry {
  readonly partition: PartitionKeys;
  /** The session's key. */
  readonly member: string;
}

/** For a source that the configuration does not have: nothing is ever over, and no digest is this one. */
const NO_LIMITS: LimitWords = { digest: '-', pairs: [], frontier: [] };
/** Scripts sent at once: what Redis may be busy with before it serves a check, about a third of a millisecond. */
const SCRIPTS_AT_ONCE_MAX = 16;
const DAY_MS = 86_400_000;

/** The sweeper's look at single sessions: the script decides, a few at a time, so that checks come in between. */
export class SessionLook {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** Looks at all of these, which the caller has bounded. */
  async at(turn: SweepTurn, entries: readonly DeadlineEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += SCRIPTS_AT_ONCE_MAX) {
      const batch = entries.slice(from, from + SCRIPTS_AT_ONCE_MAX);
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other is the pace
      await Promise.all(batch.map((entry) => this.#look(turn, entry)));
    }
  }

  async #look(turn: SweepTurn, { partition, member }: DeadlineEntry): Promise<void> {
    turn.examined += 1;
    const session = partition.session(member);
    try {
      const source = await this.#connection.read('HGET', session, 'n');
      const name = source === null ? '' : textOf(source);
      const limits = turn.limits.get(name) ?? NO_LIMITS;
      const keys = [session, partition.deadlines, partition.events, partition.limits];
      const words = [name, limits.digest, ...limits.pairs];
      const reply = await this.#connection.run('sweep', keys, words, SWEEP_WORDS);
      const by = reply.words[0];
      if (reply.word === 'over' && (by === 'idle' || by === 'absolute')) turn.ended[by] += 1;
      if (reply.word === 'other') await this.#postpone(turn, { partition, member });
    } catch (fault) {
      if (!isPoisonedKey(fault)) throw fault;
      await this.#postpone(turn, { partition, member });
    }
  }

  /** What nobody of us wrote must not hold up the rest for ever: looked at again tomorrow. */
  async #postpone(turn: SweepTurn, { partition, member }: DeadlineEntry): Promise<void> {
    const tomorrow = milliseconds(turn.nowMs + DAY_MS);
    await this.#connection.read('ZADD', partition.deadlines, 'XX', tomorrow, member);
  }
}

const SWEEP_WORDS = ['over', 'waiting', 'done', 'other'] as const;
