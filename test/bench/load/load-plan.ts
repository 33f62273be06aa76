import type { Percentiles } from '../percentiles.ts';
import type { Answer } from './read-answer.ts';

/** The task of a load process. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  readonly pace: Pace;
  /** Checks use this many sessions in turn, starting with `firstSession`. */
  readonly sessions: number;
  readonly firstSession: number;
  readonly form: 'raw' | 'map';
  /** Processes whose CPU time is measured with the load, by name. */
  readonly watched: Readonly<Record<string, number>>;
}

/**
 * `closed`: this many calls are always in flight, each answer starts the next. `open`: this many calls a second,
 * without waiting for answers. `count`: closed, and ends after this many calls. `pages`: each session loads a page
 * every so often, which is so many calls, some of them at once.
 */
export type Pace =
  | {
      readonly kind: 'closed';
      readonly inFlight: number;
      readonly warmUpMs: number;
      readonly measuredMs: number;
    }
  | {
      readonly kind: 'open';
      readonly perSecond: number;
      readonly warmUpMs: number;
      readonly measuredMs: number;
    }
  | {
      readonly kind: 'count';
      readonly inFlight: number;
      readonly calls: number;
      /** Sent before the measured ones; none by default. */
      readonly warmUpCalls?: number;
    }
  | PagesPace;

/** Sessions as browsers use them. The load has as many users as sessions. */
export interface PagesPace {
  readonly kind: 'pages';
  readonly everyMs: number;
  readonly callsEach: number;
  readonly atOnce: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

export interface LoadResult {
  /** Every answer, including those of the warm-up. */
  readonly answers: Readonly<Record<Answer, number>>;
  /** Calls measured, each with its answer. */
  readonly measured: number;
  readonly measuredMs: number;
  /** Milliseconds from the instant a call was due to its answer; in a closed loop it is sent at once. */
  readonly latency: Percentiles;
  /** Milliseconds from the instant a call was due until it was sent. Part of `latency`. */
  readonly lateness: Percentiles;
  /** CPU milliseconds of each watched process in the measured time. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** The same of the load process itself. */
  readonly ownCpuMs: number;
}
