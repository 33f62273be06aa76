import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RpcMethod, RpcObserver } from '../../transport/rpc-observer.ts';
import { CHECK_BUCKETS_S } from './check-metrics.ts';
import { HistogramTally } from './histogram-tally.ts';
import type { HistogramCell } from './histogram-tally.ts';
import { Tally } from './tally.ts';
import type { TallyCell } from './tally.ts';

interface MethodSeries {
  readonly rpc: RpcMethod;
  readonly started: TallyCell;
  readonly seconds: HistogramCell;
  readonly handled: Map<string, TallyCell>;
  inFlight: number;
}

/** The RPCs, under the metric names of the gRPC ecosystem, so that common dashboards work. */
export class RpcMetrics implements RpcObserver {
  readonly #started: Tally<'grpc_type' | 'grpc_service' | 'grpc_method'>;
  readonly #handled: Tally<'grpc_type' | 'grpc_service' | 'grpc_method' | 'grpc_code'>;
  readonly #seconds: HistogramTally<'grpc_type' | 'grpc_service' | 'grpc_method'>;
  readonly #series = new Map<string, Map<string, MethodSeries>>();

  constructor(registry: Registry) {
    const labelNames = ['grpc_type', 'grpc_service', 'grpc_method'] as const;
    this.#started = new Tally(registry, {
      name: 'grpc_server_started_total',
      help: 'RPCs whose request has arrived completely.',
      labelNames,
    });
    this.#handled = new Tally(registry, {
      name: 'grpc_server_handled_total',
      help: 'RPCs that have ended, in whatever way.',
      labelNames: [...labelNames, 'grpc_code'],
    });
    this.#seconds = new HistogramTally(registry, {
      name: 'grpc_server_handling_seconds',
      help: 'Time from the complete request to the answer.',
      labelNames,
      buckets: CHECK_BUCKETS_S,
    });
    const inFlight = new Gauge({
      name: 'curfew_rpcs_in_flight',
      help: 'RPCs that have arrived and have not ended yet.',
      labelNames: ['grpc_service', 'grpc_method'],
      registers: [registry],
      collect: () => {
        for (const { rpc, inFlight: rpcs } of this.#all()) {
          inFlight.set({ grpc_service: rpc.service, grpc_method: rpc.method }, rpcs);
        }
      },
    });
  }

  started(rpc: RpcMethod): void {
    const series = this.#seriesOf(rpc);
    series.started.count += 1;
    series.inFlight += 1;
  }

  handled(rpc: RpcMethod, code: string, seconds: number): void {
    const series = this.#seriesOf(rpc);
    series.inFlight -= 1;
    series.seconds.observe(seconds);
    let handled = series.handled.get(code);
    if (handled === undefined) {
      handled = this.#handled.cell({ ...labelsOf(rpc), grpc_code: code });
      series.handled.set(code, handled);
    }
    handled.count += 1;
  }

  #all(): readonly MethodSeries[] {
    return [...this.#series.values()].flatMap((methods) => [...methods.values()]);
  }

  #seriesOf(rpc: RpcMethod): MethodSeries {
    let methods = this.#series.get(rpc.service);
    if (methods === undefined) {
      methods = new Map<string, MethodSeries>();
      this.#series.set(rpc.service, methods);
    }
    let series = methods.get(rpc.method);
    if (series === undefined) {
      series = {
        rpc,
        started: this.#started.cell(labelsOf(rpc)),
        seconds: this.#seconds.cell(labelsOf(rpc)),
        handled: new Map<string, TallyCell>(),
        inFlight: 0,
      };
      methods.set(rpc.method, series);
    }
    return series;
  }
}

function labelsOf({
  service,
  method,
}: RpcMethod): Record<'grpc_type' | 'grpc_service' | 'grpc_method', string> {
  return { grpc_type: 'unary', grpc_service: service, grpc_method: method };
}
