/** What a primary says about itself and its replicas. */
export interface PrimaryInfo {
  /** Of this process: another one after each start. Empty if the server did not say. */
  readonly runId: string;
  /** Of the history of its data: another one after each promotion. */
  readonly replicationId: string;
  /** The history that this one continues, if the server was a replica before. */
  readonly earlierReplicationId: string | undefined;
  /** Replicas that have its data and get what is new. Others cannot be promoted yet. */
  readonly replicasOnline: number;
  /** It is a replica still, with the replication id of its primary. */
  readonly isReplica: boolean;
}

/** The sections of `INFO` that {@link readPrimaryInfo} needs. */
export const PRIMARY_SECTIONS: readonly string[] = ['server', 'replication'];

const RUN_ID = /^run_id:([0-9a-f]{1,64})\r?$/m;
const REPLICATION_ID = /^master_replid:([0-9a-f]{1,64})\r?$/m;
const EARLIER_REPLICATION_ID = /^master_replid2:([0-9a-f]{1,64})\r?$/m;
const IS_REPLICA = /^role:slave\r?$/m;
const REPLICA_ONLINE = /^slave\d+:[^\r\n]*\bstate=online\b/gm;

/** Reads the text of `INFO`. */
export function readPrimaryInfo(info: string): PrimaryInfo {
  const earlier = EARLIER_REPLICATION_ID.exec(info)?.[1] ?? '';
  return {
    runId: RUN_ID.exec(info)?.[1] ?? '',
    replicationId: REPLICATION_ID.exec(info)?.[1] ?? '',
    earlierReplicationId: /[^0]/.test(earlier) ? earlier : undefined,
    replicasOnline: info.match(REPLICA_ONLINE)?.length ?? 0,
    isReplica: IS_REPLICA.test(info),
  };
}

/**
 * Whether another server answers now, or the same one after it was a replica of another. In both
 * cases it may lack what was written last. A primary also gets a new replication id when its first
 * replica connects; it then lacks nothing.
 */
export function isOtherPrimary(before: PrimaryInfo, now: PrimaryInfo): boolean {
  if (now.runId !== before.runId) return true;
  return now.replicationId !== before.replicationId && now.earlierReplicationId !== undefined;
}
