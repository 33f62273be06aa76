import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/**
 * The TLS files of each port. A port without TLS has no values, because a 0 would raise an alert.
 */
export class TlsMetrics {
  readonly #successful: Gauge<'port'>;
  readonly #expiryAt: Gauge<'port'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'curfew_tls_last_reload_successful',
      labelNames: ['port'],
      help: '1 if the TLS files of the port could be used when they were last read; 0 while the last good ones stay in use.',
      registers,
    });
    this.#expiryAt = new Gauge({
      name: 'curfew_tls_certificate_expiry_timestamp_seconds',
      labelNames: ['port'],
      help: 'When the certificate of the port expires.',
      registers,
    });
  }

  /** A certificate is used that expires at `expiryAtMs` (milliseconds since the epoch). */
  loaded(port: string, expiryAtMs: number): void {
    this.#successful.set({ port }, 1);
    this.#expiryAt.set({ port }, expiryAtMs / 1000);
  }

  rejected(port: string): void {
    this.#successful.set({ port }, 0);
  }

  /** The files match the version in use again. */
  restored(port: string): void {
    this.#successful.set({ port }, 1);
  }
}
