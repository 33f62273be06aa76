import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ConnectionObserver } from '../transport/connection-observer.ts';

/** Envoy's connections, of which each of its worker threads holds one. */
export class ConnectionMetrics implements ConnectionObserver {
  readonly #open: Gauge;
  readonly #refused: Counter<'error'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#open = new Gauge({
      name: 'curfew_grpc_connections',
      help: 'Connections to the gRPC port that are open. Told by the transport "fast" only.',
      registers,
    });
    this.#refused = new Counter({
      name: 'curfew_grpc_connections_refused_total',
      help: 'Connections that were ended for a violation of HTTP/2 or a limit, by the error code of RFC 9113.',
      labelNames: ['error'],
      registers,
    });
  }

  opened(): void {
    this.#open.inc();
  }

  closed(): void {
    this.#open.dec();
  }

  refused(error: string): void {
    this.#refused.inc({ error });
  }
}
