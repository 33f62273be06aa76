import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing/tracing.ts';

/** What every part of the process is given: the log, the metrics, and where to leave what has to be closed. */
export interface Shell {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  /** `undefined`: checks are not traced. */
  readonly tracing?: Tracing | undefined;
  /** Stops the process: this replica can never serve. */
  readonly giveUp: (why: string) => void;
}

/** Measures distances; unrelated to any session's time. */
export function monotonicMs(): number {
  return performance.now();
}
