import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** The TLS material of the gRPC port. Without TLS there are no values: a 0 would raise an alert. */
export class TlsMetrics {
  readonly #successful: Gauge;
  readonly #expiryAt: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'curfew_tls_last_reload_successful',
      help: '1 if the TLS files of the gRPC port were good when they were last read; 0 while the last good ones stay in force.',
      registers,
    });
    this.#expiryAt = new Gauge({
      name: 'curfew_tls_certificate_expiry_timestamp_seconds',
      help: 'When the certificate in force on the gRPC port ends.',
      registers,
    });
    this.#successful.remove();
    this.#expiryAt.remove();
  }

  /** A certificate is in force that ends at `expiryAtMs` (milliseconds since the epoch). */
  accepted(expiryAtMs: number): void {
    this.#successful.set(1);
    this.#expiryAt.set(expiryAtMs / 1000);
  }

  rejected(): void {
    this.#successful.set(0);
  }

  /** The files are again what has been in force all the while. */
  restored(): void {
    this.#successful.set(1);
  }
}
