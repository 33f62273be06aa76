import type { AnnouncedReplica, ReplicaAnnouncement, ReplicaEntries } from '../compare-replicas.ts';

/**
 * Does for the memory store what `announce.lua` does for Redis. The memory store has one replica,
 * so only a key that this replica had before can be missing.
 */
export class MemoryReplicas {
  readonly #clock: () => number;
  readonly #keys = new Map<string, number>();
  #last: AnnouncedReplica | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The one replica, once it has announced itself. */
  list(): readonly AnnouncedReplica[] {
    return this.#last === undefined ? [] : [this.#last];
  }

  announce(own: ReplicaAnnouncement): ReplicaEntries {
    const nowMs = this.#clock();
    const { replica, fingerprints, abilities } = own;
    this.#last = { replica, fingerprints, abilities, announcedAtMs: nowMs };
    for (const [fingerprint, writtenAtMs] of this.#keys) {
      if (nowMs - writtenAtMs > own.retentionMs) this.#keys.delete(fingerprint);
    }
    const lacks = [...this.#keys.keys()].some((key) => !own.fingerprints.includes(key));
    const [first] = own.fingerprints;
    if (!lacks && first !== undefined) this.#keys.set(first, nowMs);
    return {
      nowMs,
      writes: lacks ? undefined : first,
      lacking: 0,
      abilities: new Set(own.abilities),
      keys: new Map(this.#keys),
      sources: new Map([[own.sourceDigest, nowMs]]),
    };
  }
}
