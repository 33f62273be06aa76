/** What this replica tells the others. Names, fingerprints and digests: letters, digits, `-` and `_`, at most 64. */
export interface ReplicaAnnouncement {
  /** A name of this process that no other has. */
  readonly replica: string;
  /** Of all keys that it can look sessions up with, in the order in which it would write with them. At least one. */
  readonly fingerprints: readonly string[];
  /** The one that it writes with by now; `undefined` when that was not settled yet. */
  readonly writing: string | undefined;
  /** Of its configuration's source names. */
  readonly sourceDigest: string;
  /** How long what was written with a key may matter. */
  readonly retentionMs: number;
}

/** What the replicas have told, by the store's clock. */
export interface ReplicaEntries {
  readonly nowMs: number;
  /**
   * The key that this replica is to write with from now on: the first of its own that every other one has, too.
   * `undefined` while it lacks one that was written with.
   */
  readonly writes: string | undefined;
  /** How many of the others lack the first of its own. */
  readonly lacking: number;
  /** When each key was last known to be written with. */
  readonly keys: ReadonlyMap<string, number>;
  readonly sources: ReadonlyMap<string, number>;
}

export interface ReplicaJudgement {
  /**
   * `foreign_key`: sessions were written with a key that this replica lacks. It would take them for unknown and
   * restart every clock, so it is not ready.
   */
  readonly keys:
    { readonly kind: 'agree' } | { readonly kind: 'foreign_key'; readonly fingerprint: string };
  /** Another replica runs with other source names right now: normal during a roll-out, a warning if it stays. */
  readonly sourcesDiffer: boolean;
}

/** Replicas announce more often than this; who is silent for longer is gone. */
export const REPLICA_SEEN_MAX_MS = 60_000;

export function judgeReplicas(entries: ReplicaEntries, own: ReplicaAnnouncement): ReplicaJudgement {
  const { nowMs } = entries;
  const foreign = [...entries.keys].find(
    ([fingerprint, saidAtMs]) =>
      !own.fingerprints.includes(fingerprint) && nowMs - saidAtMs <= own.retentionMs,
  );
  const sourcesDiffer = [...entries.sources].some(
    ([digest, saidAtMs]) => digest !== own.sourceDigest && nowMs - saidAtMs <= REPLICA_SEEN_MAX_MS,
  );
  const keys =
    foreign === undefined
      ? ({ kind: 'agree' } as const)
      : ({ kind: 'foreign_key', fingerprint: foreign[0] } as const);
  return { keys, sourcesDiffer };
}
