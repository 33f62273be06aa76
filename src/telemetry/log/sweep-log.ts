import { subjectTag } from '../../admin/subjects/subject-names.ts';
import { StoreUnavailable } from '../../session/session-store.ts';
import type { SweepObserver, SweepReport } from '../../store/sweep/sweeper.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';

/**
 * The sweeper in the log and the metrics. Of failures that follow one another the first is logged.
 * Each session that it ends has a line of its own, as long as there are not too many.
 */
export class SweepLog implements SweepObserver {
  readonly #log: Log;
  readonly #metrics: Pick<Metrics, 'sessions' | 'store'>;
  /** How the last turn that could show it has failed. */
  #failing: 'no' | 'refused' | 'otherwise' = 'no';

  constructor(log: Log, metrics: Pick<Metrics, 'sessions' | 'store'>) {
    this.#log = log;
    this.#metrics = metrics;
  }

  swept({ ended, examined, finished, active, fault }: SweepReport): void {
    if (active !== undefined) this.#metrics.sessions.active(active);
    // A store that refuses to write is known to be well only when something was written.
    const hasWritten = examined > 0 || finished.length > 0;
    const isWell = fault === undefined && (this.#failing !== 'refused' || hasWritten);
    if (isWell) {
      if (this.#failing !== 'no') {
        this.#log.info({ event: 'sweep_recovered' }, 'the sweeper works again');
      }
      this.#failing = 'no';
    }
    for (const { subject, by, ended: sessions } of finished) {
      this.#log.warn(
        { event: 'subject_end_finished', subject: subjectTag(subject), by, sessions },
        'finished an end of a subject that its caller had not finished',
      );
    }
    const count = ended.idle + ended.absolute;
    if (count === 0) return;
    this.#log.info(
      {
        event: 'sessions_swept',
        idle_timeout: ended.idle,
        absolute_timeout: ended.absolute,
        examined,
      },
      `ended ${count} abandoned sessions`,
    );
  }

  sweepFailed(fault: Error): void {
    this.#metrics.store.sweepFailed();
    if (this.#failing === 'no') {
      this.#log.warn(
        { event: 'sweep_failed', ...errorFields(fault) },
        'sweeping failed; it will be tried again',
      );
    }
    const isRefused = fault instanceof StoreUnavailable && fault.fault === 'refused';
    this.#failing = isRefused ? 'refused' : 'otherwise';
  }
}
