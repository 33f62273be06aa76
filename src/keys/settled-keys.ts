import type { ReplicaComparison, ReplicaEntries } from '../store/compare-replicas.ts';
import type { KeyObserver } from './key-observer.ts';
import type { KeyRing } from './key-ring.ts';

/** What came of one comparison with the other replicas. */
export interface KeyComparison {
  /** A key that other replicas wrote with and that this one is missing: it is not ready. */
  readonly missing: string | undefined;
  /**
   * Whether the keys should be compared again soon: a key file or a key in use is about to change.
   */
  readonly isChanging: boolean;
}

/** Applies to the key ring what the replicas have settled about their server keys. */
export class SettledKeys {
  readonly #ring: KeyRing;
  readonly #observer: Pick<KeyObserver, 'settled' | 'missing'>;
  #missing: string | undefined;

  constructor(ring: KeyRing, observer: Pick<KeyObserver, 'settled' | 'missing'>) {
    this.#ring = ring;
    this.#observer = observer;
  }

  /**
   * @param keys how the entries compare with the keys that this replica announced
   * @param askedAtMs when the other replicas were asked, on the monotonic clock
   */
  compare(
    keys: ReplicaComparison['keys'],
    entries: ReplicaEntries,
    askedAtMs: number,
  ): KeyComparison {
    const ring = this.#ring;
    if (keys.kind === 'foreign_key') {
      if (ring.lack(keys.fingerprint)) {
        this.#missing = keys.fingerprint;
        this.#observer.missing(keys.fingerprint);
      }
      return { missing: this.#missing, isChanging: true };
    }
    ring.agree(entries.writes, new Set(entries.keys.keys()), askedAtMs);
    this.#missing = undefined;
    const waiting = this.#waiting(entries.lacking);
    this.#observer.settled({ uses: ring.uses(), waiting, lost: ring.retired });
    return { missing: undefined, isChanging: waiting !== undefined || ring.isLeaving };
  }

  /**
   * To write with the first key already would force the replicas that are missing it out of
   * service.
   */
  #waiting(replicas: number): { fingerprint: string; replicas: number } | undefined {
    const [fingerprint] = this.#ring.listed;
    const isWritten = fingerprint === this.#ring.uses()[0]?.fingerprint;
    if (fingerprint === undefined || isWritten || replicas === 0) return undefined;
    return { fingerprint, replicas };
  }
}

/** What is wrong and what to do about it, for `/readyz` and the log. */
export function missingKeyText(fingerprint: string): string {
  return (
    `other replicas name sessions with the key ${fingerprint}, which is missing from the key file ` +
    'of this replica; add it there as an older key'
  );
}
