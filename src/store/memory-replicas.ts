import type { ReplicaAnnouncement, ReplicaEntries } from './judge-replicas.ts';

/** What `announce.lua` does, for the embedded store, which has one replica: only its own past speaks against it. */
export class MemoryReplicas {
  readonly #clock: () => number;
  readonly #keys = new Map<string, number>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  announce(own: ReplicaAnnouncement): ReplicaEntries {
    const nowMs = this.#clock();
    for (const [fingerprint, saidAtMs] of this.#keys) {
      if (nowMs - saidAtMs > own.retentionMs) this.#keys.delete(fingerprint);
    }
    const lacks = [...this.#keys.keys()].some((key) => !own.fingerprints.includes(key));
    const [first] = own.fingerprints;
    if (!lacks && first !== undefined) this.#keys.set(first, nowMs);
    return {
      nowMs,
      writes: lacks ? undefined : first,
      lacking: 0,
      keys: new Map(this.#keys),
      sources: new Map([[own.sourceDigest, nowMs]]),
    };
  }
}
