import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { KeyUse } from './key-ring.ts';

/** The server keys in force, and how the last reading of their file went. */
export class KeyMetrics {
  readonly #successful: Gauge;
  readonly #keys: Gauge;
  readonly #info: Gauge<'fingerprint' | 'use'>;
  #isFileGood = true;
  #keepsLost = false;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'curfew_key_file_last_reload_successful',
      help: '1 if the key file was good when it was last read; 0 while keys are in force that it does not hold.',
      registers,
    });
    this.#keys = new Gauge({
      name: 'curfew_key_file_keys',
      help: 'Server keys in force: one writes, all are looked up.',
      registers,
    });
    this.#info = new Gauge({
      name: 'curfew_key_info',
      help: 'The server keys in force by fingerprint. use: writes = sessions are opened with it, reads = looked up only.',
      labelNames: ['fingerprint', 'use'],
      registers,
    });
    this.#successful.set(1);
  }

  /** These keys are in force. */
  inForce(uses: readonly KeyUse[]): void {
    this.#keys.set(uses.length);
    this.#info.reset();
    for (const { fingerprint, use } of uses) this.#info.set({ fingerprint, use }, 1);
  }

  /** Whether some keys are in force only because the file has lost them too early. */
  lost(keepsLost: boolean): void {
    this.#keepsLost = keepsLost;
    this.#tell();
  }

  /** How the last reading of the file went. */
  file(isGood: boolean): void {
    this.#isFileGood = isGood;
    this.#tell();
  }

  #tell(): void {
    this.#successful.set(this.#isFileGood && !this.#keepsLost ? 1 : 0);
  }
}
