import { asError } from '../as-error.ts';
import type { SourceRule } from '../../session/session-store.ts';
import type { SweepObserver, Sweeper } from './sweeper.ts';

/** The time and the chance that the loop uses; passed in so that tests need not wait. */
export interface SweepTimers {
  /** Runs `run` once after this delay, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
  /** A monotonic clock. */
  nowMs(): number;
  /** At least 0 and below 1. */
  random(): number;
}

export interface SweepLoopOptions {
  readonly sweeper: Sweeper;
  /** The rules of the current configuration: the same object as long as they hold. */
  readonly sources: () => ReadonlyMap<string, SourceRule>;
  readonly observer: SweepObserver;
  readonly timers: SweepTimers;
  /**
   * The average pause after a turn that left nothing to do. Each pause is between 0.6 and 1.4 times
   * as long, so that replicas do not sweep at the same time.
   */
  readonly intervalMs?: number;
  /** Sessions that one turn may examine. */
  readonly examinedMax?: number;
}

/** Its longest pause is below five seconds: so soon the end of an abandoned session is known. */
const INTERVAL_MS = 3_000;
const EXAMINED_MAX = 500;
/**
 * When more is left, the loop rests this many times as long as the turn took: checks come first.
 */
const REST_PER_TURN = 3;
const REST_MIN_MS = 20;

/** Sweeps until it is stopped, one turn at a time, and reports to its observer. */
export class SweepLoop {
  readonly #options: SweepLoopOptions;
  #cancel: () => void = () => undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: SweepLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#wait(this.#intervalMs());
  }

  /** Starts no further turn. Resolves when the current turn, if any, is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#turn;
  }

  #wait(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.#options.timers.after(delayMs, () => {
      this.#turn = this.#sweep().then((nextDelayMs) => this.#wait(nextDelayMs));
    });
  }

  /** Runs one turn. Returns how long to wait until the next. */
  async #sweep(): Promise<number> {
    const { sweeper, sources, observer, timers } = this.#options;
    const startedAtMs = timers.nowMs();
    try {
      const rules = sources();
      const examinedMax = this.#options.examinedMax ?? EXAMINED_MAX;
      const report = await sweeper.sweep(rules, examinedMax, () => sources() === rules);
      observer.swept(report);
      if (report.fault !== undefined) throw report.fault;
      if (!report.more) return this.#intervalMs();
      return Math.max(REST_MIN_MS, (timers.nowMs() - startedAtMs) * REST_PER_TURN);
    } catch (error) {
      observer.sweepFailed(asError(error, 'the sweeper failed'));
      return this.#intervalMs();
    }
  }

  #intervalMs(): number {
    const { intervalMs, timers } = this.#options;
    return (intervalMs ?? INTERVAL_MS) * (0.6 + 0.8 * timers.random());
  }
}
