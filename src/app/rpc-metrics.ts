import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RpcMethod, RpcObserver } from '../transport/rpc-observer.ts';
import { CHECK_BUCKETS_S } from './check-metrics.ts';

interface MethodSeries {
  readonly started: { inc(): void };
  readonly inFlight: { inc(): void; dec(): void };
  readonly seconds: { observe(seconds: number): void };
  readonly handled: Map<string, { inc(): void }>;
}

/** The gRPC side in the names of its ecosystem, which stock dashboards read. */
export class RpcMetrics implements RpcObserver {
  readonly #started: Counter<'grpc_type' | 'grpc_service' | 'grpc_method'>;
  readonly #handled: Counter<'grpc_type' | 'grpc_service' | 'grpc_method' | 'grpc_code'>;
  readonly #seconds: Histogram<'grpc_type' | 'grpc_service' | 'grpc_method'>;
  readonly #inFlight: Gauge<'grpc_service' | 'grpc_method'>;
  readonly #series = new Map<string, Map<string, MethodSeries>>();

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['grpc_type', 'grpc_service', 'grpc_method'] as const;
    this.#started = new Counter({
      name: 'grpc_server_started_total',
      help: 'RPCs whose whole request has arrived.',
      labelNames,
      registers,
    });
    this.#handled = new Counter({
      name: 'grpc_server_handled_total',
      help: 'RPCs that are over, whatever their end.',
      labelNames: [...labelNames, 'grpc_code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'grpc_server_handling_seconds',
      help: 'Time from a whole request to its answer.',
      labelNames,
      buckets: [...CHECK_BUCKETS_S],
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'curfew_rpcs_in_flight',
      help: 'RPCs that are being answered at this moment.',
      labelNames: ['grpc_service', 'grpc_method'],
      registers,
    });
  }

  started(rpc: RpcMethod): void {
    const series = this.#seriesOf(rpc);
    series.started.inc();
    series.inFlight.inc();
  }

  handled(rpc: RpcMethod, code: string, seconds: number): void {
    const series = this.#seriesOf(rpc);
    series.inFlight.dec();
    series.seconds.observe(seconds);
    let handled = series.handled.get(code);
    if (handled === undefined) {
      handled = this.#handled.labels('unary', rpc.service, rpc.method, code);
      series.handled.set(code, handled);
    }
    handled.inc();
  }

  #seriesOf({ service, method }: RpcMethod): MethodSeries {
    let methods = this.#series.get(service);
    if (methods === undefined) {
      methods = new Map<string, MethodSeries>();
      this.#series.set(service, methods);
    }
    let series = methods.get(method);
    if (series === undefined) {
      series = {
        started: this.#started.labels('unary', service, method),
        inFlight: this.#inFlight.labels(service, method),
        seconds: this.#seconds.labels('unary', service, method),
        handled: new Map<string, { inc(): void }>(),
      };
      methods.set(method, series);
    }
    return series;
  }
}
