import type { RequestedEnd } from '../../session/session-record.ts';
import type { SourceRule } from '../../session/session-store.ts';
import type { SubjectKey } from '../../session/subject-key.ts';

/**
 * Ends sessions that are over and get no more requests, and finishes the ends of subjects that began
 * a second ago or earlier, because the replica that began them may have died. Every store has one.
 * Any number of replicas may sweep the same store at once, and no check ever waits for it.
 */
export interface Sweeper {
  /**
   * One bounded turn: ends sessions that are over by every limit of their source. Ends that a turn
   * has written stay written when it is cut short by a fault, so that fault is in the report.
   *
   * @param sources the rules of all sources, by source name
   * @param examinedMax how many sessions this turn may examine
   * @param isCurrent whether these rules still hold. A turn may take seconds, and ends nothing by the
   *   rules of a policy file that has been replaced meanwhile. By default they do
   * @throws {StoreUnavailable} when the turn could not begin
   */
  sweep(
    sources: ReadonlyMap<string, SourceRule>,
    examinedMax: number,
    isCurrent?: () => boolean,
  ): Promise<SweepReport>;
}

/** An end of a subject that the sweeper has finished. */
export interface FinishedSubject {
  readonly subject: SubjectKey;
  readonly by: RequestedEnd;
  /** Sessions that the sweeper ended for it. Others may have ended before. */
  readonly ended: number;
}

/** What one turn of the sweeper did. */
export interface SweepReport {
  /** Sessions that this turn ended, by the limit that was reached. */
  readonly ended: Readonly<Record<'idle' | 'absolute', number>>;
  /** Sessions that were examined. */
  readonly examined: number;
  /** Ends of subjects that their callers had not finished. */
  readonly finished: readonly FinishedSubject[];
  /**
   * How many sessions of each source are live, on all replicas together; `undefined` while this is
   * not known. It may be off by a few for a while.
   */
  readonly active: ReadonlyMap<string, number> | undefined;
  /** True when there is more to do than one turn may do. */
  readonly more: boolean;
  /** The fault that cut the turn short. */
  readonly fault: Error | undefined;
}

/** Receives what sweeping came to, for metrics and the log. Must not throw. */
export interface SweepObserver {
  /** A turn is over. */
  swept(report: SweepReport): void;
  /** A turn failed. The next one tries again. */
  sweepFailed(fault: Error): void;
}
