import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { KeyUse } from '../../keys/key-observer.ts';

/** The server keys in use, and how the last reading of their file went. */
export class KeyMetrics {
  readonly #successful: Gauge;
  readonly #keys: Gauge;
  readonly #info: Gauge<'fingerprint' | 'use'>;
  readonly #disagree: Gauge;
  #isFileGood = true;
  #hasLost = false;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'curfew_key_file_last_reload_successful',
      help: '1 if the key file could be used when it was last read; 0 while keys are in use that it does not list.',
      registers,
    });
    this.#keys = new Gauge({
      name: 'curfew_key_file_keys',
      help: 'Server keys in use. One names new sessions, and all are used for looking up.',
      registers,
    });
    this.#info = new Gauge({
      name: 'curfew_key_info',
      help: 'The server keys in use, by fingerprint. use="writes": new sessions are named with it; use="reads": only for looking up.',
      labelNames: ['fingerprint', 'use'],
      registers,
    });
    this.#disagree = new Gauge({
      name: 'curfew_replica_keys_disagree',
      help: '1 while this replica is not ready because other replicas write with a key that is missing here.',
      registers,
    });
    this.#successful.set(1);
  }

  /** These keys are used from now on. */
  used(uses: readonly KeyUse[]): void {
    this.#keys.set(uses.length);
    this.#info.reset();
    for (const { fingerprint, use } of uses) this.#info.set({ fingerprint, use }, 1);
  }

  /** Whether keys are in use that the file does not list any more although they still matter. */
  lost(hasLost: boolean): void {
    this.#hasLost = hasLost;
    this.#setSuccessful();
  }

  /** How the last reading of the file went. */
  file(isGood: boolean): void {
    this.#isFileGood = isGood;
    this.#setSuccessful();
  }

  /** Whether other replicas write with a key that is missing here. */
  disagree(disagree: boolean): void {
    this.#disagree.set(disagree ? 1 : 0);
  }

  #setSuccessful(): void {
    this.#successful.set(this.#isFileGood && !this.#hasLost ? 1 : 0);
  }
}
