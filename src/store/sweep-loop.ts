import type { SessionStore, SourceRule } from '../session/session-store.ts';
import type { SweepObserver } from './store-observer.ts';

/** Time as the loop needs it, handed in. */
export interface SweepTimers {
  /** Runs once after so many milliseconds, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
  /** A clock that only measures distances. */
  nowMs(): number;
  /** From 0 to below 1. */
  random(): number;
}

export interface SweepLoopOptions {
  readonly store: Pick<SessionStore, 'sweep'>;
  /** The rules of the configuration in force, asked at each turn. */
  readonly sources: () => ReadonlyMap<string, SourceRule>;
  readonly observer: SweepObserver;
  readonly timers: SweepTimers;
  /** Between turns with nothing left, half of it to one and a half, so that replicas do not sweep in step. */
  readonly intervalMs?: number;
  /** Sessions that one turn may look at. */
  readonly examinedMax?: number;
}

const INTERVAL_MS = 5_000;
const EXAMINED_MAX = 500;
/** With more left, the loop rests this many times as long as the turn took: checks come first. */
const REST_PER_TURN = 3;
const REST_MIN_MS = 20;

/** Sweeps until it is stopped, one turn at a time. Logs nothing: it tells the observer. */
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

  /** Resolves when the turn under way, if any, is over; no other follows. */
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

  /** One turn; answers how long to wait until the next. */
  async #sweep(): Promise<number> {
    const { store, sources, observer, timers } = this.#options;
    const startedAtMs = timers.nowMs();
    try {
      const report = await store.sweep(sources(), this.#options.examinedMax ?? EXAMINED_MAX);
      observer.swept(report);
      if (report.fault !== undefined) throw report.fault;
      if (!report.more) return this.#intervalMs();
      return Math.max(REST_MIN_MS, (timers.nowMs() - startedAtMs) * REST_PER_TURN);
    } catch (error) {
      observer.sweepFailed(error instanceof Error ? error : new Error('the sweeper failed'));
      return this.#intervalMs();
    }
  }

  #intervalMs(): number {
    const { intervalMs, timers } = this.#options;
    return (intervalMs ?? INTERVAL_MS) * (0.5 + timers.random());
  }
}
