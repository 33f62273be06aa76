import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** The policy file in use, and how the last reading of it went. */
export class ConfigMetrics {
  readonly #successful: Gauge;
  readonly #successAt: Gauge;
  readonly #info: Gauge<'hash'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'curfew_config_last_reload_successful',
      help: '1 if the policy file could be used when it was last read; 0 while the last good version stays in use.',
      registers,
    });
    this.#successAt = new Gauge({
      name: 'curfew_config_last_reload_success_timestamp_seconds',
      help: 'When a good policy file was last loaded.',
      registers,
    });
    this.#info = new Gauge({
      name: 'curfew_config_info',
      help: 'The policy file in use. hash is the start of the SHA-256 of its content.',
      labelNames: ['hash'],
      registers,
    });
  }

  /** A version is used since `atMs` (milliseconds since the epoch). */
  loaded(hash: string, atMs: number): void {
    this.#successful.set(1);
    this.#successAt.set(atMs / 1000);
    this.#info.reset();
    this.#info.set({ hash }, 1);
  }

  rejected(): void {
    this.#successful.set(0);
  }

  /** The file matches the version in use again. */
  restored(): void {
    this.#successful.set(1);
  }
}
