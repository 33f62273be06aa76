import type { CheckObservation, CheckObserver } from '../authz/check-observer.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { Reason } from '../verdict/reason.ts';
import { LineBudget } from './line-budget.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';

/** Junk costs its sender nothing; so it must cost the log little. Metrics count everything. */
const LINE_LIMIT = { burst: 100, perSecond: 20 };
const HOST_MAX = 255;
const METHOD_MAX = 32;
/** What proxies write: a UUID, a trace id, some separators. Anything else is not repeated. */
const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;

type LineKind = 'check_denied' | 'check_would_deny' | 'check_failed' | 'session_opened';

/**
 * One line per denial, per missing verdict, per would-be denial and per opened session; allows only at level debug.
 * Each kind has its own budget, so that a flood of one does not hide the others; `summarize` tells what was held back.
 */
export class CheckLog implements CheckObserver {
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #budgets: Readonly<Record<LineKind, LineBudget>>;

  /** `nowMs` is any clock that only goes forward. */
  constructor(log: Log, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
    const budget = () => new LineBudget(LINE_LIMIT, nowMs());
    this.#budgets = {
      check_denied: budget(),
      check_would_deny: budget(),
      check_failed: budget(),
      session_opened: budget(),
    };
  }

  checked(observation: CheckObservation): void {
    if (hasOpened(observation)) this.#write('session_opened', observation);
    switch (observation.verdict) {
      case 'deny':
        this.#write('check_denied', observation);
        return;
      case 'none':
        this.#write('check_failed', observation);
        return;
      case 'allow':
        if (!isPlainAllow(observation.reason)) this.#write('check_would_deny', observation);
        else if (this.#log.isLevelEnabled('debug')) {
          this.#log.debug({ event: 'check_allowed', ...fieldsOf(observation) }, 'allowed');
        }
        return;
      default:
        observation.verdict satisfies never;
    }
  }

  /** Writes one line for what was held back since the last call, if anything was. */
  summarize(): void {
    for (const [kind, budget] of Object.entries(this.#budgets)) {
      const suppressed = budget.takeSuppressed();
      if (suppressed === undefined) continue;
      const total = Object.values(suppressed).reduce((sum, count) => sum + count, 0);
      this.#log.warn(
        { event: 'lines_suppressed', suppressed_event: kind, total, by_reason: suppressed },
        `${total} more ${kind} lines were not written`,
      );
    }
  }

  #write(kind: LineKind, observation: CheckObservation): void {
    if (!this.#budgets[kind].take(observation.reason, this.#nowMs())) return;
    const fields = { event: kind, ...fieldsOf(observation) };
    if (kind === 'check_failed') {
      // An internal error is a bug and needs its stack; an outage or an overload is what it says.
      const isBug = observation.reason === 'internal_error';
      const cause =
        observation.fault === undefined ? {} : errorFields(observation.fault, { stack: isBug });
      this.#log[isBug ? 'error' : 'warn'](
        { ...fields, ...cause },
        `no verdict: ${observation.reason}`,
      );
      return;
    }
    this.#log.info(fields, `${WORDS[kind]}: ${observation.reason}`);
  }
}

const WORDS = {
  check_denied: 'denied',
  check_would_deny: 'would be denied',
  session_opened: 'session opened',
} as const;

function isPlainAllow(reason: Reason): boolean {
  return (
    reason === 'ok' ||
    reason === 'session_off' ||
    reason === 'session_absent' ||
    reason === 'preflight'
  );
}

function hasOpened({ outcome }: CheckObservation): boolean {
  return (outcome?.kind === 'live' || outcome?.kind === 'expired') && outcome.opened;
}

function fieldsOf(observation: CheckObservation): object {
  const { facts, outcome } = observation;
  return {
    verdict: observation.verdict,
    reason: observation.reason,
    policy: observation.policy,
    mode: observation.mode,
    source: observation.source,
    session: observation.tag,
    session_ended: outcome?.kind === 'expired' && outcome.effect === 'ended' ? true : undefined,
    method: facts.method.slice(0, METHOD_MAX),
    host: facts.host.slice(0, HOST_MAX),
    request_id: requestIdOf(facts),
    trace_id: observation.trace?.traceId,
    duration_ms: Math.round(observation.durationMs * 1000) / 1000,
  };
}

// No path: query strings and reset links carry secrets, and Envoy's access log has it, with our metadata beside it.
function requestIdOf(facts: RequestFacts): string | undefined {
  const value = facts.headers.find((line) => line.name === 'x-request-id')?.value;
  return value !== undefined && REQUEST_ID.test(value) ? value : undefined;
}
