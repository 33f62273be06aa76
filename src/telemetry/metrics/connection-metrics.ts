import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ConnectionObserver } from '../../transport/connection-observer.ts';

/** Connections to the gRPC port. Each worker thread of an Envoy has one. */
export class ConnectionMetrics implements ConnectionObserver {
  readonly #open: Gauge;
  readonly #refused: Counter<'error'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#open = new Gauge({
      name: 'curfew_grpc_connections',
      help: 'Open connections to the gRPC port. Only counted by --transport fast.',
      registers,
    });
    this.#refused = new Counter({
      name: 'curfew_grpc_connections_refused_total',
      help: 'Connections that were closed because of an HTTP/2 violation or a limit, by the error code of RFC 9113.',
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
