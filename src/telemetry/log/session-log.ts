import { subjectTag } from '../../admin/subjects/subject-names.ts';
import { tagOf } from '../../session/session-key.ts';
import type { CallingCheck } from '../../session/calling-check.ts';
import type { StoreObserver, WrittenEvent } from '../../store/store-observer.ts';
import { LineBudgets } from './line-budgets.ts';
import type { Log } from './log.ts';
import { requestFields } from './request-fields.ts';

/**
 * Logs each session that this replica has opened or ended, and the request that did it, if one did.
 */
export class SessionLog implements StoreObserver {
  readonly #log: Log;
  readonly #budgets: LineBudgets<`session_${WrittenEvent['kind']}`>;

  /** @param nowMs a clock that only moves forward */
  constructor(log: Log, nowMs: () => number) {
    this.#log = log;
    this.#budgets = new LineBudgets(log, nowMs, ['session_opened', 'session_ended']);
  }

  wrote(written: WrittenEvent, check: CallingCheck | undefined): void {
    const { kind, by, source } = written;
    // A registration has none: no policy judges it.
    const policy = written.policy === '' ? undefined : written.policy;
    const event = `session_${kind}` as const;
    if (!this.#budgets.take(event, by)) return;
    const session = tagOf(written.session);
    const subject = written.subject && subjectTag(written.subject);
    const request = check?.facts === undefined ? {} : requestFields(check.facts);
    const trace_id = check?.trace?.traceId;
    this.#log.info(
      { event, by, policy, source, session, subject, ...request, trace_id },
      `session ${kind}: ${by}`,
    );
  }

  /** Logs how many lines were left out since the last call. */
  summarize(): void {
    this.#budgets.summarize();
  }
}
