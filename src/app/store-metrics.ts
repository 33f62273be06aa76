import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CallOutcome, StoreCall, StoreObserver } from '../store/store-observer.ts';
import { CHECK_BUCKETS_S } from './check-metrics.ts';
import { HistogramTally } from './histogram-tally.ts';
import type { HistogramCell } from './histogram-tally.ts';

/** The store as this replica sees it. */
export class StoreMetrics implements StoreObserver {
  readonly #calls: HistogramTally<'script' | 'outcome'>;
  readonly #cells = new Map<StoreCall, Map<CallOutcome, HistogramCell>>();
  readonly #up: Gauge;
  #skewSeconds = 0;
  readonly #desyncs: Counter;
  readonly #evictionPolicySafe: Gauge;
  readonly #sourcesDisagree: Gauge;
  readonly #keysDisagree: Gauge;
  readonly #sweepFailures: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.#calls = new HistogramTally(registry, {
      name: 'curfew_store_call_duration_seconds',
      help: 'Calls of the store, by script and by what they found or why they found nothing.',
      labelNames: ['script', 'outcome'],
      buckets: CHECK_BUCKETS_S,
    });
    this.#up = gauge('curfew_store_up', '1 while commands can be sent to the store.');
    const skew = new Gauge({
      name: 'curfew_store_clock_skew_seconds',
      help: "The store's clock minus this process's. Decides nothing: the store's clock alone does.",
      registers,
      collect: () => {
        skew.set(this.#skewSeconds);
      },
    });
    this.#desyncs = counter(
      'curfew_store_desyncs_total',
      'Replies that belonged to another call; each was dropped with its connection.',
    );
    this.#evictionPolicySafe = gauge(
      'curfew_store_eviction_policy_safe',
      '1 if the store never evicts (noeviction): otherwise sessions and tombstones vanish silently.',
    );
    this.#sourcesDisagree = gauge(
      'curfew_replica_sources_disagree',
      '1 if another replica has other source names: they are part of the session keys.',
    );
    this.#keysDisagree = gauge(
      'curfew_replica_keys_disagree',
      '1 if another replica writes with a key that this one lacks: this one is then not ready.',
    );
    this.#sweepFailures = counter(
      'curfew_sweeps_failed_total',
      'Turns of the sweeper that failed.',
    );
    this.#evictionPolicySafe.set(1); // until a look at the store tells otherwise
  }

  called(call: StoreCall, outcome: CallOutcome, seconds: number): void {
    let outcomes = this.#cells.get(call);
    if (outcomes === undefined) {
      outcomes = new Map<CallOutcome, HistogramCell>();
      this.#cells.set(call, outcomes);
    }
    let cell = outcomes.get(outcome);
    if (cell === undefined) {
      cell = this.#calls.cell({ script: call, outcome });
      outcomes.set(outcome, cell);
    }
    cell.observe(seconds);
  }

  up(isUp: boolean): void {
    this.#up.set(isUp ? 1 : 0);
  }

  clockSkew(seconds: number): void {
    this.#skewSeconds = seconds;
  }

  desync(): void {
    this.#desyncs.inc();
  }

  evictionPolicySafe(isSafe: boolean): void {
    this.#evictionPolicySafe.set(isSafe ? 1 : 0);
  }

  keysDisagree(disagree: boolean): void {
    this.#keysDisagree.set(disagree ? 1 : 0);
  }

  sourcesDisagree(disagree: boolean): void {
    this.#sourcesDisagree.set(disagree ? 1 : 0);
  }

  sweepFailed(): void {
    this.#sweepFailures.inc();
  }
}
