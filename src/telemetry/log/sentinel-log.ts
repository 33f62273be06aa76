import type { SentinelsState, StoreObserver } from '../../store/store-observer.ts';
import type { Log } from './log.ts';
import { RepeatLimit } from './repeat-limit.ts';

/** The Sentinels of a store in the log: what is wrong with which of them, and when nothing is. */
export class SentinelLog implements StoreObserver {
  readonly #log: Log;
  readonly #limit: RepeatLimit;
  #why = '';
  /** What the log says at the moment. */
  #logged = '';

  /** @param clock a monotonic clock, in milliseconds */
  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#limit = new RepeatLimit(clock);
  }

  sentinels({ why }: SentinelsState): void {
    if (why === this.#why) return;
    this.#why = why;
    if (!this.#write()) this.#limit.leaveOut();
  }

  /** To be called now and then: logs what was left out, if it has lasted. */
  summarize(): void {
    this.#write();
  }

  /** False if the log does not say what is so. */
  #write(): boolean {
    const why = this.#why;
    if (why === this.#logged) return true;
    if (why !== '' && !this.#limit.isDue(why)) return false;
    this.#logged = why;
    const leftOut = this.#limit.takeLeftOut();
    if (why === '') {
      this.#log.info(
        { event: 'sentinels_agree', ...leftOut },
        'every Sentinel of the store URL answers again',
      );
    } else {
      this.#log.warn(
        { event: 'sentinels_troubled', why, ...leftOut },
        'some Sentinels of the store URL cannot say where the primary is; the others are asked',
      );
    }
    return true;
  }
}
