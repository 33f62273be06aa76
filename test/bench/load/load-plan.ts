import type { Percentiles } from '../percentiles.ts';
import type { Answer } from './read-answer.ts';

/** What a load process has to do. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  readonly pace: Pace;
  /** Checks go round over this many sessions, from `firstSession` on. */
  readonly sessions: number;
  readonly firstSession: number;
  readonly form: 'raw' | 'map';
  /** Processes whose CPU time is taken while the load is measured, by name. */
  readonly watched: Readonly<Record<string, number>>;
}

/**
 * `closed`: so many calls are always in flight, each answer asks for the next. `open`: so many calls a second,
 * whether or not the ones before are answered. `count`: closed, and over after so many calls.
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
  | { readonly kind: 'count'; readonly inFlight: number; readonly calls: number };

export interface LoadResult {
  /** Every answer, those of the warm-up too. */
  readonly answers: Readonly<Record<Answer, number>>;
  /** Calls measured, each with its answer. */
  readonly measured: number;
  readonly measuredMs: number;
  /** Milliseconds from the instant a call was to be sent to its answer; in a closed loop it was sent at once. */
  readonly latency: Percentiles;
  /** Milliseconds from the instant a call was to be sent until it was. Part of `latency`. */
  readonly lateness: Percentiles;
  /** CPU milliseconds of each watched process while it was measured. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** The same of the load process itself. */
  readonly ownCpuMs: number;
}
