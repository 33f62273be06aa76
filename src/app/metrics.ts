import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { CheckObservation, CheckObserver } from '../authz/check-observer.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { CheckMetrics } from './check-metrics.ts';
import { ConfigMetrics } from './config-metrics.ts';
import { ConnectionMetrics } from './connection-metrics.ts';
import { KeyMetrics } from './key-metrics.ts';
import type { ReadinessReport } from './readiness.ts';
import { RpcMetrics } from './rpc-metrics.ts';
import { SessionMetrics } from './session-metrics.ts';
import { StoreMetrics } from './store-metrics.ts';
import { TlsMetrics } from './tls-metrics.ts';

/** How finely the delay of the event loop is sampled; each sample wakes the process up. */
const EVENT_LOOP_SAMPLE_MS = 20;

/** All metrics of this process, in a registry of their own. Labels come from closed sets and configured names only. */
export class Metrics implements CheckObserver {
  readonly checks: CheckMetrics;
  readonly sessions: SessionMetrics;
  readonly store: StoreMetrics;
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
    this.store = new StoreMetrics(this.#registry);
    this.config = new ConfigMetrics(this.#registry);
    this.keys = new KeyMetrics(this.#registry);
    this.rpcs = new RpcMetrics(this.#registry);
    this.connections = new ConnectionMetrics(this.#registry);
    this.tls = new TlsMetrics(this.#registry);
    this.#linesDropped = new Counter({
      name: 'curfew_log_lines_dropped_total',
      help: 'Log lines lost because nobody read them in time.',
      registers,
    });
    this.#ready = new Gauge({
      name: 'curfew_ready',
      help: '1 while this replica may be asked, as /readyz tells.',
      registers,
    });
    this.#inFlightMax = new Gauge({
      name: 'curfew_checks_in_flight_max',
      help: 'Checks that may be waiting at the same time; more are refused, without a verdict.',
      registers,
    });
    new Gauge({
      name: 'curfew_build_info',
      help: 'The version that runs.',
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
  }

  /** A version of the policy file is in force: its names are the labels from now on. */
  policiesInForce(policies: PolicySet, hash: string, atMs: number): void {
    this.checks.keepPolicies(policies.policies.map((policy) => policy.name));
    this.sessions.keepSources(policies.sources.map((source) => source.name));
    this.config.accepted(hash, atMs);
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

  /** Everything as Prometheus' text format, with its content type. */
  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
