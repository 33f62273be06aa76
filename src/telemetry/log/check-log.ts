import type { CheckObservation, CheckObserver } from '../../authz/check-observer.ts';
import { faultAnswer } from '../../authz/fault-answer.ts';
import type { SubjectFault } from '../../terms/subject-fault.ts';
import { isPlainAllow } from '../../verdict/reason.ts';
import { LineBudgets } from './line-budgets.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';
import { requestFields } from './request-fields.ts';

type CheckLineKind = 'check_denied' | 'check_would_deny' | 'check_failed';
type LineKind = CheckLineKind | 'subject_ignored';

/**
 * Logs denials, checks without a verdict and would-be denials, subjects that are ignored, and allows
 * at level debug only.
 */
export class CheckLog implements CheckObserver {
  readonly #log: Log;
  readonly #budgets: LineBudgets<LineKind>;

  /** @param nowMs a clock that only moves forward */
  constructor(log: Log, nowMs: () => number) {
    this.#log = log;
    const kinds = ['check_denied', 'check_would_deny', 'check_failed', 'subject_ignored'] as const;
    this.#budgets = new LineBudgets(log, nowMs, kinds);
  }

  checked(observation: CheckObservation): void {
    if (observation.subjectFault !== undefined)
      this.#ignored(observation, observation.subjectFault);
    switch (observation.verdict) {
      case 'deny':
        this.#write('check_denied', observation);
        return;
      case 'none':
        this.#write('check_failed', observation);
        return;
      case 'served':
        this.#debug('check_served', observation);
        return;
      case 'allow':
        if (isPlainAllow(observation.reason)) this.#debug('check_allowed', observation);
        else this.#write('check_would_deny', observation);
        return;
      default:
        observation.verdict satisfies never;
    }
  }

  /** Logs how many lines of each kind were left out since the last call. */
  summarize(): void {
    this.#budgets.summarize();
  }

  #debug(kind: keyof typeof DEBUG_WORDS, observation: CheckObservation): void {
    if (!this.#log.isLevelEnabled('debug')) return;
    this.#log.debug({ event: kind, ...fieldsOf(observation) }, DEBUG_WORDS[kind]);
  }

  /** Neither subject is named: who a person is may be known to administration only. */
  #ignored({ source, policy, tag, facts, trace }: CheckObservation, cause: SubjectFault): void {
    if (!this.#budgets.take('subject_ignored', cause)) return;
    const request = { session: tag, ...requestFields(facts), trace_id: trace?.traceId };
    this.#log.warn({ event: 'subject_ignored', source, policy, cause, ...request }, IGNORED[cause]);
  }

  #write(kind: CheckLineKind, observation: CheckObservation): void {
    if (!this.#budgets.take(kind, observation.reason)) return;
    const fields = { event: kind, ...fieldsOf(observation) };
    if (kind === 'check_failed') {
      const { fault } = observation;
      // A fault that was not foreseen is a bug and needs its stack. Others explain themselves.
      const isBug = fault !== undefined && faultAnswer(fault).grpcStatus === 'INTERNAL';
      const cause = fault === undefined ? {} : errorFields(fault, { stack: isBug });
      this.#log[isBug ? 'error' : 'warn'](
        { ...fields, ...cause },
        `no verdict: ${observation.reason}`,
      );
      return;
    }
    this.#log.info(fields, `${WORDS[kind]}: ${observation.reason}`);
  }
}

const IGNORED: Readonly<Record<SubjectFault, string>> = {
  other: 'a request names another subject than the first one of its session; it changes nothing',
  unusable: 'what should name the subject of a request is not a name, so it names no subject',
};

const WORDS = {
  check_denied: 'denied',
  check_would_deny: 'would be denied',
} as const;

const DEBUG_WORDS = { check_allowed: 'allowed', check_served: 'answered by Curfew' } as const;

function fieldsOf(observation: CheckObservation): object {
  const { facts, outcome } = observation;
  return {
    verdict: observation.verdict,
    reason: observation.reason,
    policy: observation.policy,
    mode: observation.mode,
    source: observation.source,
    session: observation.tag,
    cause: observation.cause,
    session_ended: outcome?.kind === 'expired' && outcome.effect === 'ended' ? true : undefined,
    ...requestFields(facts),
    trace_id: observation.trace?.traceId,
    duration_ms: Math.round(observation.durationMs * 1000) / 1000,
  };
}
