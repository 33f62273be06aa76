import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { AdminObservation, AdminObserver } from '../../admin/admin-observer.ts';
import type { CallName } from '../../admin/calls/call-name.ts';

/** The label of a request that is not one of our calls, and of a caller without a role for it. */
const NONE = 'none';
const ENDING_CALLS = [
  'end_sessions',
  'lock_subject',
  'unlock_subject',
] as const satisfies readonly CallName[];
/** The promise to look at: an end that replicas have confirmed is answered within 50 ms. */
const BUCKETS_S = [0.002_5, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Calls of administration, and how the last reading of the tokens file went. */
export class AdminMetrics implements AdminObserver {
  readonly #requests: Counter<'call' | 'role' | 'result'>;
  readonly #seconds: Histogram<'call'>;
  readonly #tokensGood: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'curfew_admin_requests_total',
      help: 'Answered calls of administration, by the role of the caller. A caller without a role for the call has none.',
      labelNames: ['call', 'role', 'result'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'curfew_admin_request_duration_seconds',
      help: 'Time to answer a call of administration, the wait for replicas of the store included.',
      labelNames: ['call'],
      buckets: BUCKETS_S,
      registers,
    });
    this.#tokensGood = new Gauge({
      name: 'curfew_admin_tokens_last_reload_successful',
      help: '1 if the file with the tokens of administration could be used when it was last read, or there is none.',
      registers,
    });
    this.#tokensGood.set(1);
    // From the start, so that the first of them counts as an increase: alerts look for these.
    this.#requests.inc({ call: NONE, role: NONE, result: 'unauthenticated' }, 0);
    for (const call of ENDING_CALLS) {
      for (const result of ['accepted', 'failed']) {
        this.#requests.inc({ call, role: 'operator', result }, 0);
      }
    }
  }

  called({ call, role, result, durationMs }: AdminObservation): void {
    this.#requests.inc({ call: call ?? NONE, role: role ?? NONE, result });
    this.#seconds.observe({ call: call ?? NONE }, durationMs / 1_000);
  }

  /** How the last reading of the tokens file went. */
  tokensFile(isGood: boolean): void {
    this.#tokensGood.set(isGood ? 1 : 0);
  }
}
