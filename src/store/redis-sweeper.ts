import type { SourceRule, SweepReport } from '../session/session-store.ts';
import { DuePass } from './due-pass.ts';
import { LimitsReview } from './limits-review.ts';
import type { RedisConnection } from './redis-connection.ts';
import { textsOf } from './resp-reply.ts';
import { limitWords } from './script-words.ts';
import type { LimitWords } from './script-words.ts';
import { SessionLook } from './session-look.ts';
import type { SweepTurn } from './sweep-turn.ts';

/**
 * The sweeper's turns on Redis. No leader: any number of replicas may sweep at once, because the script that ends a
 * session decides again, and only the first one finds it alive. No decision of a check ever waits for it.
 *
 * A turn looks at sessions that are due first; then, where this configuration's limits are not those by which a
 * partition's entries were scored, it reviews the partition, so that a tightened policy is not found late.
 */
export class RedisSweeper {
  readonly #connection: RedisConnection;
  readonly #due: DuePass;
  readonly #review: LimitsReview;

  constructor(connection: RedisConnection) {
    const look = new SessionLook(connection);
    this.#connection = connection;
    this.#due = new DuePass(connection, look);
    this.#review = new LimitsReview(connection, look);
  }

  async sweep(sources: ReadonlyMap<string, SourceRule>, examinedMax: number): Promise<SweepReport> {
    const limits = new Map<string, LimitWords>();
    for (const [name, rule] of sources) limits.set(name, limitWords(rule));
    // The deadlines are instants of the store's clock: our own decides nothing here either.
    const time = textsOf(await this.#connection.read('TIME'));
    const nowMs = Math.floor(Number(time[0]) * 1000 + Number(time[1]) / 1000);
    this.#connection.noteClock(nowMs);
    const turn: SweepTurn = {
      limits,
      nowMs,
      examinedMax,
      examined: 0,
      ended: { idle: 0, absolute: 0 },
    };
    try {
      const isDueLeft = await this.#due.run(turn);
      const isReviewLeft = await this.#review.run(turn);
      return { ...done(turn), more: isDueLeft || isReviewLeft, fault: undefined };
    } catch (fault) {
      const error = fault instanceof Error ? fault : new Error('the turn was cut short');
      return { ...done(turn), more: true, fault: error };
    }
  }
}

function done({ ended, examined }: SweepTurn): Pick<SweepReport, 'ended' | 'examined'> {
  return { ended, examined };
}
