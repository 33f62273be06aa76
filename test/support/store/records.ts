import type { LiveRecord, Tombstone } from '../../../src/session/session-record.ts';

/** A live session of nobody, without a pause, a mark and limits of its own. */
export function liveWith(
  record: Partial<LiveRecord> & Pick<LiveRecord, 'startedAtMs' | 'lastActivityAtMs'>,
): LiveRecord {
  return {
    kind: 'live',
    source: 'web',
    longestGapMs: 0,
    challengedAtMs: undefined,
    subject: undefined,
    subjectName: undefined,
    ownLimits: undefined,
    ...record,
  };
}

/** A session of nobody that has ended. */
export function tombstoneWith(
  record: Partial<Tombstone> & Pick<Tombstone, 'endedAtMs' | 'endedBy'>,
): Tombstone {
  return {
    kind: 'tombstone',
    source: 'web',
    startedAtMs: record.endedAtMs - 1000,
    subject: undefined,
    subjectName: undefined,
    ...record,
  };
}
