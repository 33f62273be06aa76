import type { AdminObservation, AdminObserver } from '../../admin/admin-observer.ts';
import type { AdminMetrics } from '../metrics/admin-metrics.ts';
import { LineBudget } from './line-budget.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';

/** Strangers can send calls without end; callers with a credential are few. */
const LINE_LIMIT = { burst: 100, perSecond: 5 };
/** Calls that read nothing about any session. */
const QUIET = new Set(['list_policies', 'show_status', 'show_store', 'show_openapi', undefined]);

/**
 * The administration log, and the metrics of the same calls: one line for each call, with the caller, what it did, and to which
 * session. It contains no credential, no token and no whole session key.
 */
export class AdminLog implements AdminObserver {
  readonly #log: Log;
  readonly #metrics: AdminMetrics;
  readonly #nowMs: () => number;
  readonly #strangers: LineBudget;

  /** @param nowMs a clock that only moves forward */
  constructor(log: Log, metrics: AdminMetrics, nowMs: () => number) {
    this.#log = log;
    this.#metrics = metrics;
    this.#nowMs = nowMs;
    this.#strangers = new LineBudget(LINE_LIMIT, nowMs());
  }

  called(observation: AdminObservation): void {
    const { call, result, fault } = observation;
    this.#metrics.called(observation);
    const fields = { event: 'admin_call', ...fieldsOf(observation) };
    const words = `administration: ${call ?? 'no call'}, ${result}`;
    switch (result) {
      case 'ok':
      case 'accepted':
        this.#log[QUIET.has(call) ? 'debug' : 'info'](fields, words);
        return;
      case 'unauthenticated': {
        if (!this.#strangers.take(result, this.#nowMs())) return;
        const more = this.#strangers.takeSuppressed()?.[result];
        this.#log.warn({ ...fields, suppressed: more }, words);
        return;
      }
      case 'forbidden':
      case 'refused':
        this.#log.warn(fields, words);
        return;
      case 'failed': {
        // What was foreseen explains itself; anything else is a bug and needs its stack.
        const isBug = observation.problem === 'internal_error';
        const cause = fault === undefined ? {} : errorFields(fault, { stack: isBug });
        this.#log[isBug ? 'error' : 'warn']({ ...fields, ...cause }, words);
        return;
      }
      default:
        result satisfies never;
    }
  }

  /** A version of the tokens file is used. */
  tokensLoaded(tokens: number, warnings: readonly string[]): void {
    this.#metrics.tokensFile(true);
    this.#log.info(
      { event: 'admin_tokens_loaded', tokens },
      'the tokens of administration are read',
    );
    for (const warning of warnings) this.#log.warn({ event: 'admin_tokens_warned' }, warning);
  }

  /** @param warnings about the roles of client certificates */
  rolesRead(warnings: readonly string[]): void {
    for (const warning of warnings) this.#log.warn({ event: 'admin_roles_warned' }, warning);
  }

  tokensRejected(problems: readonly string[]): void {
    this.#metrics.tokensFile(false);
    this.#log.error(
      { event: 'admin_tokens_rejected', problems },
      'the tokens file cannot be used; the last good tokens stay valid until it is repaired',
    );
  }

  tokensRestored(): void {
    this.#metrics.tokensFile(true);
    this.#log.info({ event: 'admin_tokens_restored' }, 'the tokens file is good again');
  }
}

function fieldsOf(observation: AdminObservation): object {
  const { actor, reason, durationMs, status } = observation;
  return {
    call: observation.call,
    actor: actor?.name,
    actor_by: actor?.by,
    role: observation.role,
    result: observation.result,
    status,
    problem: observation.problem,
    session: observation.session,
    subject: observation.subject,
    source: observation.source,
    ended: observation.ended,
    reason,
    peer: observation.peer === '' ? undefined : observation.peer,
    duration_ms: Math.round(durationMs * 1000) / 1000,
  };
}
