import type { TlsMetrics } from '../metrics/tls-metrics.ts';
import type { Log } from './log.ts';

/** A version of the TLS files, as far as the operator needs to know it. */
export interface TlsReport {
  /** When the server's certificate expires, in milliseconds since the epoch. */
  readonly expiryAtMs: number;
  /** How many authorities of clients are trusted. */
  readonly authorities: number;
  readonly warnings: readonly string[];
}

/** The ports that may speak TLS, and how the log calls them. */
export const TLS_PORTS = { grpc: 'the gRPC port', admin: 'administration' } as const;
export type TlsPort = keyof typeof TLS_PORTS;

/** The TLS files of one port in the log and the metrics. */
export class TlsLog {
  readonly #log: Log;
  readonly #metrics: TlsMetrics;
  readonly #port: TlsPort;

  constructor(log: Log, metrics: TlsMetrics, port: TlsPort) {
    this.#log = log;
    this.#port = port;
    this.#metrics = metrics;
  }

  loaded({ expiryAtMs, authorities, warnings }: TlsReport): void {
    this.#metrics.loaded(this.#port, expiryAtMs);
    const until = new Date(expiryAtMs).toISOString();
    this.#log.info(
      {
        event: 'tls_loaded',
        port: this.#port,
        certificate_ends: until,
        client_authorities: authorities,
      },
      `the certificate of ${TLS_PORTS[this.#port]} is valid until ${until}`,
    );
    for (const warning of warnings) {
      this.#log.warn({ event: 'tls_warned', port: this.#port }, warning);
    }
  }

  rejected(problems: readonly string[]): void {
    this.#metrics.rejected(this.#port);
    this.#log.error(
      { event: 'tls_rejected', port: this.#port, problems },
      `the TLS files of ${TLS_PORTS[this.#port]} cannot be used; new connections get the last good ones until the files are repaired`,
    );
  }

  restored(): void {
    this.#metrics.restored(this.#port);
    this.#log.info(
      { event: 'tls_restored', port: this.#port },
      `the TLS files of ${TLS_PORTS[this.#port]} are good again`,
    );
  }

  connectionsRenewed(): void {
    this.#log.info(
      { event: 'tls_connections_renewed', port: this.#port },
      'an authority of clients is no longer trusted: all clients are asked to reconnect, so that their certificates are checked again',
    );
  }
}
