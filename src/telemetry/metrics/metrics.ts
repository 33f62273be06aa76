import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { CheckObservation, CheckObserver } from '../../authz/check-observer.ts';
import type { PolicySet } from '../../policy/selection/policy-set.ts';
import { AdminMetrics } from './admin-metrics.ts';
import { CheckMetrics } from './check-metrics.ts';
import { ConfigMetrics } from './config-metrics.ts';
import { CredentialMetrics } from './credential-metrics.ts';
import { ConnectionMetrics } from './connection-metrics.ts';
import { KeyMetrics } from './key-metrics.ts';
import { LeaseMetrics } from './lease-metrics.ts';
import type { ReadinessReport } from '../../process/readiness.ts';
import { RpcMetrics } from './rpc-metrics.ts';
import { SessionMetrics } from './session-metrics.ts';
import { StoreMetrics } from './store-metrics.ts';
import { TlsMetrics } from './tls-metrics.ts';

/** How often the delay of the event loop is sampled. Each sample wakes up the process. */
const EVENT_LOOP_SAMPLE_MS = 20;

/** What is known about a metric before anything was counted. */
export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** All metrics of this process. Labels come from closed sets and configured names only. */
export class Metrics implements CheckObserver {
  readonly admin: AdminMetrics;
  readonly checks: CheckMetrics;
  readonly sessions: SessionMetrics;
  readonly credentials: CredentialMetrics;
  readonly store: StoreMetrics;
  readonly leases: LeaseMetrics;
  readonly config: ConfigMetrics;
  readonly keys: KeyMetrics;
  readonly rpcs: RpcMetrics;
  readonly connections: ConnectionMetrics;
  readonly tls: TlsMetrics;
  readonly #registry = new Registry();
  readonly #linesDropped: Counter;
  readonly #ready: Gauge;
  readonly #inFlightMax: Gauge;

  constructor(version: string) {
    const registers = [this.#registry];
    this.checks = new CheckMetrics(this.#registry);
    this.sessions = new SessionMetrics(this.#registry);
    this.credentials = new CredentialMetrics(this.#registry);
    this.store = new StoreMetrics(this.#registry);
    this.leases = new LeaseMetrics(this.#registry);
    this.config = new ConfigMetrics(this.#registry);
    this.keys = new KeyMetrics(this.#registry);
    this.rpcs = new RpcMetrics(this.#registry);
    this.connections = new ConnectionMetrics(this.#registry);
    this.tls = new TlsMetrics(this.#registry);
    this.admin = new AdminMetrics(this.#registry);
    this.#linesDropped = new Counter({
      name: 'curfew_log_lines_dropped_total',
      help: 'Log lines that were lost because they were not read in time.',
      registers,
    });
    this.#ready = new Gauge({
      name: 'curfew_ready',
      help: '1 while this replica is ready, as on /readyz.',
      registers,
    });
    this.#inFlightMax = new Gauge({
      name: 'curfew_checks_in_flight_max',
      help: 'How many checks are decided at the same time. Further ones are refused without a verdict.',
      registers,
    });
    new Gauge({
      name: 'curfew_build_info',
      help: 'The version of this program.',
      labelNames: ['version'],
      registers,
    }).set({ version }, 1);
    collectDefaultMetrics({
      register: this.#registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS,
    });
  }

  checked(observation: CheckObservation): void {
    this.checks.checked(observation);
    this.sessions.checked(observation);
    this.credentials.checked(observation);
  }

  /** A version of the policy file is loaded. Its names are the labels from now on. */
  policiesLoaded(policies: PolicySet, hash: string, atMs: number): void {
    const names = policies.policies.map((policy) => policy.name);
    this.checks.keepPolicies(names);
    this.sessions.keepPolicies(names);
    const sources = policies.sources.map((source) => source.name);
    this.sessions.keepSources(sources);
    this.credentials.keepSources(sources);
    this.config.loaded(hash, atMs);
  }

  readiness(report: ReadinessReport): void {
    this.#ready.set(report.ready ? 1 : 0);
  }

  inFlightMax(checks: number): void {
    this.#inFlightMax.set(checks);
  }

  linesDropped(lines: number): void {
    this.#linesDropped.inc(lines);
  }

  /** Every metric, as described on the reference page, in the order of registration. */
  async catalogue(): Promise<readonly MetricDescription[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.map(({ name, type, help }) => {
      // The library keeps the labels of a metric, but leaves them out of its types.
      const { labelNames = [] } = this.#registry.getSingleMetric(name) as {
        readonly labelNames?: readonly string[];
      };
      return { name, type, help, labels: labelNames.filter((label) => label !== 'le') };
    });
  }

  /** All metrics in the text format of Prometheus, with its content type. */
  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
