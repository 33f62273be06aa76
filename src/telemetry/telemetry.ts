import type { CheckObserver } from '../authz/check-observer.ts';
import type { FilesObserver } from '../files/followed-files.ts';
import type { KeyObserver } from '../keys/key-observer.ts';
import type { LeaseObserver } from '../leases/lease-observer.ts';
import type { Problem } from '../policy/file/problem.ts';
import type { PolicyVersion } from '../policy/policy-version.ts';
import { monotonicMs } from '../process/clock.ts';
import type { ReadinessReport } from '../process/readiness.ts';
import type { StoreLocation } from '../store/store-location.ts';
import { both } from '../store/store-observer.ts';
import type { StoreObserver } from '../store/store-observer.ts';
import type { SweepObserver } from '../store/sweep/sweeper.ts';
import type { TokenObserver } from '../tokens/token-observer.ts';
import type { CheckTracer } from '../transport/check-tracer.ts';
import type { ConnectionObserver } from '../transport/connection-observer.ts';
import type { RpcObserver } from '../transport/rpc-observer.ts';
import type { TransportFault } from '../transport/transport-fault.ts';
import { AdminLog } from './log/admin-log.ts';
import { CheckLog } from './log/check-log.ts';
import { KeyLog } from './log/key-log.ts';
import type { Log } from './log/log.ts';
import { PolicyLog } from './log/policy-log.ts';
import { logReadiness } from './log/readiness-log.ts';
import { SentinelLog } from './log/sentinel-log.ts';
import { SessionLog } from './log/session-log.ts';
import { SourceLog } from './log/source-log.ts';
import { StoreLog } from './log/store-log.ts';
import { SweepLog } from './log/sweep-log.ts';
import { TlsLog } from './log/tls-log.ts';
import type { TlsPort } from './log/tls-log.ts';
import { TokenLog } from './log/token-log.ts';
import { createTransportLog } from './log/transport-log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { CheckStore, Tracing } from './tracing/tracing.ts';

/**
 * Everything that this process reports about itself: an observer for each room, which writes to the
 * log, the metrics and, for checks, the traces.
 */
export class Telemetry {
  readonly checks: CheckObserver;
  readonly keys: KeyObserver;
  readonly tokens: TokenObserver;
  /** Of each port that may speak TLS. */
  readonly tls: Readonly<Record<TlsPort, TlsLog>>;
  readonly store: Required<StoreObserver>;
  readonly storeLog: StoreLog;
  readonly leases: LeaseObserver;
  readonly sweeps: SweepObserver;
  readonly admin: AdminLog;
  readonly rpcs: RpcObserver;
  readonly connections: ConnectionObserver;
  readonly transportFault: (fault: TransportFault) => void;
  /** `undefined`: checks are not traced. */
  readonly tracer: CheckTracer | undefined;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #checkLog: CheckLog;
  readonly #sessionLog: SessionLog;
  readonly #sourceLog: SourceLog;
  readonly #sentinelLog: SentinelLog;
  readonly #tracing: Tracing | undefined;

  constructor(log: Log, metrics: Metrics, tracing: Tracing | undefined) {
    const spans = tracing?.checks;
    const checkLog = new CheckLog(log, monotonicMs);
    const sessionLog = new SessionLog(log, monotonicMs);
    const sourceLog = new SourceLog(log);
    this.#log = log;
    this.#metrics = metrics;
    this.#checkLog = checkLog;
    this.#sessionLog = sessionLog;
    this.#sourceLog = sourceLog;
    this.#sentinelLog = new SentinelLog(log, monotonicMs);
    this.#tracing = tracing;
    this.checks = {
      checked: (observation) => {
        metrics.checked(observation);
        checkLog.checked(observation);
        sourceLog.checked(observation);
        spans?.checked(observation);
      },
    };
    this.keys = new KeyLog(log, metrics.keys);
    this.tokens = new TokenLog(log);
    this.tls = {
      grpc: new TlsLog(log, metrics.tls, 'grpc'),
      admin: new TlsLog(log, metrics.tls, 'admin'),
    };
    this.storeLog = new StoreLog(log, metrics.store, monotonicMs);
    this.leases = metrics.leases;
    this.store = {
      ...both(both(metrics.store, this.storeLog), this.#sentinelLog),
      wrote: (event, check) => {
        metrics.sessions.wrote(event);
        sessionLog.wrote(event, check);
      },
    };
    this.sweeps = new SweepLog(log, metrics);
    this.admin = new AdminLog(log, metrics.admin, monotonicMs);
    this.rpcs = spans?.endedBy(metrics.rpcs) ?? metrics.rpcs;
    this.connections = metrics.connections;
    this.transportFault = createTransportLog(log, metrics.checks, monotonicMs);
    this.tracer = spans;
  }

  /** The observer of the policy file at this path. */
  policyFile(path: string): FilesObserver<PolicyVersion, Problem> {
    return new PolicyLog(path, this.#log, this.#metrics, this.#sourceLog);
  }

  /** This replica has become ready or is no longer ready. */
  readiness(report: ReadinessReport): void {
    this.#metrics.readiness(report);
    logReadiness(this.#log, report);
  }

  /** How many checks this process decides at the same time. */
  inFlightMax(checks: number): void {
    this.#metrics.inFlightMax(checks);
  }

  /**
   * Logs how many lines about checks and sessions were left out since the last call, and what was
   * left out of the Sentinels, if it has lasted.
   */
  summarize(): void {
    this.#checkLog.summarize();
    this.#sessionLog.summarize();
    this.#sentinelLog.summarize();
  }

  /** The store, with spans for its calls if checks are traced. */
  traced(opened: CheckStore, location: StoreLocation): CheckStore {
    return this.#tracing?.traced(opened, location) ?? opened;
  }

  /** How many leases there are, asked at each scrape. */
  leasesHeld(count: () => number): void {
    this.#metrics.leases.held(count);
  }

  /** All metrics in the text format of Prometheus. */
  exposition(): ReturnType<Metrics['exposition']> {
    return this.#metrics.exposition();
  }
}
