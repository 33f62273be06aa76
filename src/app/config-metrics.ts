import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** The version of the policy file in force, and how the last reading of the file went. */
export class ConfigMetrics {
  readonly #successful: Gauge;
  readonly #successAt: Gauge;
  readonly #info: Gauge<'hash'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'curfew_config_last_reload_successful',
      help: '1 if the policy file was good when it was last read; 0 while the last good version stays in force.',
      registers,
    });
    this.#successAt = new Gauge({
      name: 'curfew_config_last_reload_success_timestamp_seconds',
      help: 'When a good policy file was last taken into force.',
      registers,
    });
    this.#info = new Gauge({
      name: 'curfew_config_info',
      help: 'The policy file in force: hash is the start of the SHA-256 of its content.',
      labelNames: ['hash'],
      registers,
    });
  }

  /** A version is in force since `atMs` (milliseconds since the epoch). */
  accepted(hash: string, atMs: number): void {
    this.#successful.set(1);
    this.#successAt.set(atMs / 1000);
    this.#info.reset();
    this.#info.set({ hash }, 1);
  }

  rejected(): void {
    this.#successful.set(0);
  }

  /** The file is again what has been in force all the while. */
  restored(): void {
    this.#successful.set(1);
  }
}
