import type { ReplicaEntries, ReplicaJudgement } from '../store/judge-replicas.ts';
import { REPLICAS_KEY } from '../store/store-keys.ts';
import type { KeyMetrics } from './key-metrics.ts';
import type { KeyRing } from './key-ring.ts';
import type { Log } from './log.ts';
import type { Readiness } from './readiness.ts';
import type { StoreMetrics } from './store-metrics.ts';

export interface KeyAgreementDeps {
  readonly ring: KeyRing;
  readonly readiness: Readiness;
  readonly metrics: { readonly store: StoreMetrics; readonly keys: KeyMetrics };
  readonly log: Log;
}

/**
 * Brings what the replicas have settled about their server keys to the ring, and tells the operator of everything that
 * the key files have to change. Each state is told once, when it comes and when it goes.
 */
export class KeyAgreement {
  readonly #deps: KeyAgreementDeps;
  #foreign: string | undefined;
  #writing: string | undefined;
  /** What the log has said about keys that wait or are lost; empty when there is nothing. */
  #waiting = '';
  #lost = '';

  constructor(deps: KeyAgreementDeps) {
    this.#deps = deps;
  }

  /**
   * @param askedAtMs when the others were asked, by the monotonic clock
   * @returns whether the answer may soon be another: somebody has to change a key file, or a key is about to go
   */
  judged(keys: ReplicaJudgement['keys'], entries: ReplicaEntries, askedAtMs: number): boolean {
    const { ring, metrics } = this.#deps;
    if (keys.kind === 'foreign_key') {
      if (ring.lack(keys.fingerprint)) this.#tellForeign(keys.fingerprint);
      return true;
    }
    ring.agree(entries.writes, new Set(entries.keys.keys()), askedAtMs);
    this.#tellForeign(undefined);
    metrics.keys.inForce(ring.uses());
    this.#tellWriting();
    this.#tellWaiting(entries.lacking);
    this.#tellLost();
    return this.#waiting !== '' || ring.isLeaving;
  }

  #tellForeign(foreign: string | undefined): void {
    const { readiness, metrics, log } = this.#deps;
    metrics.store.keysDisagree(foreign !== undefined);
    const why =
      foreign === undefined
        ? undefined
        : `other replicas name sessions with the key ${foreign}, which the key file of this one lacks; add it there as an older key`;
    if (why === undefined) readiness.hold('keys');
    else readiness.fail('keys', why);
    if (foreign === this.#foreign) return;
    this.#foreign = foreign;
    if (foreign === undefined || why === undefined) {
      log.info({ event: 'keys_agree' }, 'the keys agree with the other replicas');
    } else {
      log.error(
        { event: 'keys_disagree', foreign_key: foreign, remedy: remedyFor([foreign]) },
        why,
      );
    }
  }

  #tellWriting(): void {
    const { ring, log } = this.#deps;
    const writing = ring.uses()[0]?.fingerprint;
    if (writing === this.#writing) return;
    this.#writing = writing;
    log.info(
      { event: 'keys_written', key: writing },
      `sessions are opened with the key ${writing}`,
    );
  }

  /** The first key of the file is not written with: to do so would turn out the replicas that lack it. */
  #tellWaiting(lacking: number): void {
    const { ring, log } = this.#deps;
    const [first = ''] = ring.listed;
    const isWaiting = lacking > 0 && first !== ring.uses()[0]?.fingerprint;
    const waiting = isWaiting ? first : '';
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    if (!isWaiting) return;
    log.warn(
      { event: 'key_waits', key: first, replicas: lacking },
      `the key file has the key ${first} at its top, but ${lacking} other replicas lack it; until they have it, sessions are opened with ${this.#writing}`,
    );
  }

  #tellLost(): void {
    const { ring, metrics, log } = this.#deps;
    const { retired } = ring;
    metrics.keys.lost(retired.length > 0);
    const lost = retired.join(', ');
    if (lost === this.#lost) return;
    this.#lost = lost;
    if (lost === '') {
      log.info({ event: 'keys_whole' }, 'no key is needed any more that the key file lacks');
      return;
    }
    log.error(
      { event: 'key_dropped_early', keys: retired, remedy: remedyFor(retired) },
      `the key file has lost the key ${lost}, under which sessions are that still matter; this process keeps it, one that starts would not be ready: put it back at the end of the file`,
    );
  }
}

/** For whoever has lost a key, or wants its sessions to be gone. */
function remedyFor(fingerprints: readonly string[]): string {
  const fields = fingerprints.map((fingerprint) => `key:${fingerprint}`).join(' ');
  return `to give up the sessions of that key for ever: redis-cli HDEL ${REPLICAS_KEY} ${fields}`;
}
