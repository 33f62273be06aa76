/**
 * What this replica announces. Names, fingerprints and digests: letters, digits, `-` and `_`, at
 * most 64.
 */
export interface ReplicaAnnouncement {
  /** A name that no other process has. */
  readonly replica: string;
  /**
   * All keys with which it can look sessions up, in the order in which it would write with them. At
   * least one.
   */
  readonly fingerprints: readonly string[];
  /** The key that it writes with now; `undefined` while that is not settled. */
  readonly writing: string | undefined;
  /** A digest of the source names in its configuration. */
  readonly sourceDigest: string;
  /** The words of what this version can read (see `capabilities.ts`). */
  readonly abilities: readonly string[];
  /** How long a session matters that was written with one of the keys. */
  readonly retentionMs: number;
}

/** One replica, as the others see it. */
export interface AnnouncedReplica {
  readonly replica: string;
  /** Its server keys, by fingerprint. */
  readonly fingerprints: readonly string[];
  /** What its version can read. */
  readonly abilities: readonly string[];
  /** When it last announced itself, by the store's clock. */
  readonly announcedAtMs: number;
}

/** What the replicas have announced, by the store's clock. */
export interface ReplicaEntries {
  readonly nowMs: number;
  /**
   * The key that this replica is to write with from now on: the first of its own that every other
   * replica has, too. `undefined` while it lacks a key that sessions were written with.
   */
  readonly writes: string | undefined;
  /** How many other replicas lack the first of its own keys. */
  readonly lacking: number;
  /**
   * What every replica can read. `undefined` while this replica cannot know it, because others may
   * not be counted yet.
   */
  readonly abilities: ReadonlySet<string> | undefined;
  /** When each key was last known to be written with. */
  readonly keys: ReadonlyMap<string, number>;
  /** When each digest of source names was last announced. */
  readonly sources: ReadonlyMap<string, number>;
}

export interface ReplicaComparison {
  /**
   * `foreign_key`: sessions were written with a key that this replica lacks. It would take them for
   * unknown and restart their clocks, so it is not ready.
   */
  readonly keys:
    { readonly kind: 'agree' } | { readonly kind: 'foreign_key'; readonly fingerprint: string };
  /** Another replica has other source names now. Normal during a rollout, a warning if it stays. */
  readonly sourcesDiffer: boolean;
}

/**
 * Replicas announce themselves more often than this; a replica that is silent for longer is gone.
 */
export const REPLICA_SEEN_MAX_MS = 60_000;

/** Compares what this replica has with what the others have announced. */
export function compareReplicas(
  entries: ReplicaEntries,
  own: ReplicaAnnouncement,
): ReplicaComparison {
  const { nowMs } = entries;
  const foreign = [...entries.keys].find(
    ([fingerprint, writtenAtMs]) =>
      !own.fingerprints.includes(fingerprint) && nowMs - writtenAtMs <= own.retentionMs,
  );
  const sourcesDiffer = [...entries.sources].some(
    ([digest, announcedAtMs]) =>
      digest !== own.sourceDigest && nowMs - announcedAtMs <= REPLICA_SEEN_MAX_MS,
  );
  const keys =
    foreign === undefined
      ? ({ kind: 'agree' } as const)
      : ({ kind: 'foreign_key', fingerprint: foreign[0] } as const);
  return { keys, sourcesDiffer };
}
