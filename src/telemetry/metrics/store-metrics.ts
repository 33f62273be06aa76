import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { StoreLoss } from '../../store/installation.ts';
import type {
  CallOutcome,
  MarksSeen,
  SentinelsState,
  ShardsState,
  StoreCall,
  StoreObserver,
} from '../../store/store-observer.ts';
import { CHECK_BUCKETS_S } from './check-metrics.ts';
import { HistogramTally } from './histogram-tally.ts';
import type { HistogramCell } from './histogram-tally.ts';

/** The store, as seen by this replica. */
export class StoreMetrics implements StoreObserver {
  readonly #calls: HistogramTally<'script' | 'outcome'>;
  readonly #cells = new Map<StoreCall, Map<CallOutcome, HistogramCell>>();
  readonly #up: Gauge;
  readonly #primaries: Gauge<'state'>;
  readonly #sentinels: Gauge<'state'>;
  #skewSeconds = 0;
  readonly #desyncs: Counter;
  readonly #primaryChanges: Counter;
  readonly #lost: Counter;
  readonly #refusing: Gauge;
  readonly #evictionPolicySafe: Gauge;
  readonly #sourcesDisagree: Gauge;
  readonly #sweepFailures: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.#calls = new HistogramTally(registry, {
      name: 'curfew_store_call_duration_seconds',
      help: 'Duration of store calls, by script and by what was found or why nothing was found.',
      labelNames: ['script', 'outcome'],
      buckets: CHECK_BUCKETS_S,
    });
    this.#up = gauge(
      'curfew_store_up',
      '1 while there is a connection to a store that can be used: it has let us log in, has loaded its data and is a primary. On a Redis Cluster: while this is so for at least one primary; curfew_store_primaries has the others.',
    );
    this.#primaries = new Gauge({
      name: 'curfew_store_primaries',
      help: 'Primaries of a Redis Cluster that have sessions: all that are known, and those that are down. Both are 0 without a Cluster.',
      labelNames: ['state'],
      registers,
    });
    this.#sentinels = new Gauge({
      name: 'curfew_store_sentinels',
      help: 'Sentinels that the store URL names: all of them, and those that cannot say where the primary is. Both are 0 without Sentinels.',
      labelNames: ['state'],
      registers,
    });
    for (const state of ['known', 'down']) {
      this.#primaries.set({ state }, 0);
      this.#sentinels.set({ state }, 0);
    }
    const skew = new Gauge({
      name: 'curfew_store_clock_skew_seconds',
      help: "The store's clock minus the clock of this process. Deadlines depend on the store's clock only.",
      registers,
      collect: () => {
        skew.set(this.#skewSeconds);
      },
    });
    this.#desyncs = counter(
      'curfew_store_desyncs_total',
      'Replies of the store that belonged to another call. Each was discarded and its connection closed.',
    );
    this.#primaryChanges = counter(
      'curfew_store_primary_changes_total',
      'Changes of the primary, restarts included. The new one may lack what was written last.',
    );
    this.#lost = counter(
      'curfew_store_lost_total',
      'Partitions (256 in all) that have lost data: without the installation mark that this replica knew, or with an older one. Every replica counts what it knew.',
    );
    this.#refusing = gauge(
      'curfew_store_fenced_partitions',
      'Partitions in which unknown opaque credentials get no verdict (on_store_loss: fence), because their data is lost or they are new.',
    );
    this.#evictionPolicySafe = gauge(
      'curfew_store_eviction_policy_safe',
      '1 if the store never evicts keys (noeviction). With 0, sessions and tombstones can vanish silently.',
    );
    this.#sourcesDisagree = gauge(
      'curfew_replica_sources_disagree',
      '1 if another replica has other source names, so the two do not share sessions.',
    );
    this.#sweepFailures = counter(
      'curfew_sweeps_failed_total',
      'Rounds of the sweeper that failed.',
    );
    this.#evictionPolicySafe.set(1); // until the store has been asked
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

  shards({ known, down }: ShardsState): void {
    this.#primaries.set({ state: 'known' }, known);
    this.#primaries.set({ state: 'down' }, down.length);
  }

  sentinels({ known, down }: SentinelsState): void {
    this.#sentinels.set({ state: 'known' }, known);
    this.#sentinels.set({ state: 'down' }, down);
  }

  clockSkew(seconds: number): void {
    this.#skewSeconds = seconds;
  }

  desync(): void {
    this.#desyncs.inc();
  }

  primaryChanged(): void {
    this.#primaryChanges.inc();
  }

  lost({ partitions }: StoreLoss): void {
    this.#lost.inc(partitions);
  }

  marksSeen({ refusing }: MarksSeen): void {
    this.#refusing.set(refusing);
  }

  evictionPolicySafe(isSafe: boolean): void {
    this.#evictionPolicySafe.set(isSafe ? 1 : 0);
  }

  sourcesDisagree(disagree: boolean): void {
    this.#sourcesDisagree.set(disagree ? 1 : 0);
  }

  sweepFailed(): void {
    this.#sweepFailures.inc();
  }
}
