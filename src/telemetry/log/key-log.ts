import type { KeyObserver, KeySettlement, KeyUse } from '../../keys/key-observer.ts';
import { missingKeyText } from '../../keys/settled-keys.ts';
import { REPLICAS_KEY } from '../../store/redis/store-keys.ts';
import type { KeyMetrics } from '../metrics/key-metrics.ts';
import type { Log } from './log.ts';

/**
 * The server keys in the log and the metrics. Every state that needs the operator is logged once
 * when it begins and once when it ends.
 */
export class KeyLog implements KeyObserver {
  readonly #log: Log;
  readonly #metrics: KeyMetrics;
  #writing: string | undefined;
  #missing: string | undefined;
  /** The key that was logged as waiting. */
  #waiting: string | undefined;
  /** The keys that were logged as lost, as one text. */
  #lost = '';

  constructor(log: Log, metrics: KeyMetrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  used(uses: readonly KeyUse[]): void {
    this.#metrics.used(uses);
  }

  fileLoaded({ fingerprints, warnings }: Parameters<KeyObserver['fileLoaded']>[0]): void {
    this.#metrics.file(true);
    this.#log.info(
      { event: 'keys_loaded', keys: fingerprints },
      `the key file lists ${fingerprints.length} server keys`,
    );
    for (const warning of warnings) this.#log.warn({ event: 'key_file_warned' }, warning);
  }

  fileRejected(path: string, problem: string): void {
    this.#metrics.file(false);
    this.#log.error(
      { event: 'keys_rejected', key_file: path, problem },
      'the key file cannot be used; the last good keys stay in use',
    );
  }

  fileRestored(path: string): void {
    this.#metrics.file(true);
    this.#log.info({ event: 'keys_restored', key_file: path }, 'the key file is good again');
  }

  missing(fingerprint: string): void {
    this.#metrics.disagree(true);
    if (fingerprint === this.#missing) return;
    this.#missing = fingerprint;
    this.#log.error(
      { event: 'keys_disagree', foreign_key: fingerprint, remedy: remedyFor([fingerprint]) },
      missingKeyText(fingerprint),
    );
  }

  settled({ uses, waiting, lost }: KeySettlement): void {
    this.#metrics.disagree(false);
    this.#metrics.used(uses);
    this.#metrics.lost(lost.length > 0);
    this.#logAgreement();
    this.#logWriting(uses[0]?.fingerprint);
    this.#logWaiting(waiting);
    this.#logLost(lost);
  }

  #logAgreement(): void {
    if (this.#missing === undefined) return;
    this.#missing = undefined;
    this.#log.info(
      { event: 'keys_agree' },
      'no key of the other replicas is missing here any more',
    );
  }

  #logWriting(fingerprint: string | undefined): void {
    if (fingerprint === this.#writing) return;
    this.#writing = fingerprint;
    this.#log.info(
      { event: 'keys_written', key: fingerprint },
      `new sessions are named with the key ${fingerprint}`,
    );
  }

  #logWaiting(waiting: KeySettlement['waiting']): void {
    if (waiting?.fingerprint === this.#waiting) return;
    this.#waiting = waiting?.fingerprint;
    if (waiting === undefined) return;
    const { fingerprint, replicas } = waiting;
    this.#log.warn(
      { event: 'key_waits', key: fingerprint, replicas },
      `the key file begins with the key ${fingerprint}, which is missing on ${replicas} other replicas; ` +
        `until all have it, new sessions are named with ${this.#writing}`,
    );
  }

  #logLost(keys: readonly string[]): void {
    const lost = keys.join(', ');
    if (lost === this.#lost) return;
    this.#lost = lost;
    if (lost === '') {
      this.#log.info({ event: 'keys_whole' }, 'the key file lists every key that is still needed');
      return;
    }
    this.#log.error(
      { event: 'key_dropped_early', keys, remedy: remedyFor(keys) },
      `the key ${lost} is no longer in the key file, but sessions named with it still matter; ` +
        'this process keeps it, but a process that starts now would not become ready: ' +
        'put the key back at the end of the file',
    );
  }
}

/** For an operator who has lost a key for good, or who wants its sessions to be forgotten. */
function remedyFor(fingerprints: readonly string[]): string {
  const fields = fingerprints.map((fingerprint) => `key:${fingerprint}`).join(' ');
  return `to give up all sessions named with that key: redis-cli HDEL ${REPLICAS_KEY} ${fields}`;
}
