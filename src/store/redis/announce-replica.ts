import { REPLICA_SEEN_MAX_MS } from '../compare-replicas.ts';
import type { ReplicaAnnouncement, ReplicaEntries } from '../compare-replicas.ts';
import { integerOf, pairsOf } from './read-reply.ts';
import type { StoreConnection } from './connection/store-connection.ts';
import { milliseconds } from './script-words.ts';
import { REPLICAS_KEY } from './store-keys.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Announces this replica to the others, unless it lacks a key that they write with. Returns what
 * all replicas have announced, and the key that this one is to write with.
 */
export async function announceReplica(
  connection: StoreConnection,
  own: ReplicaAnnouncement,
): Promise<ReplicaEntries> {
  const { replica, fingerprints, writing = '-', sourceDigest, abilities, retentionMs } = own;
  const names = [replica, ...fingerprints, writing, sourceDigest, ...abilities];
  if (!names.every((name) => NAME.test(name))) {
    throw new TypeError('a name, fingerprint or ability may only have letters, digits, - and _');
  }
  if (fingerprints.length === 0) throw new TypeError('a replica must have a key');
  const ages = [milliseconds(retentionMs), milliseconds(REPLICA_SEEN_MAX_MS)];
  const { words } = await connection.run(
    'announce',
    [REPLICAS_KEY],
    [replica, `sources:${sourceDigest}`, ...ages, writing, abilities.join(','), ...fingerprints],
    ['announced'],
  );
  const [now, writes, lacking, shared = '-', ...entries] = words;
  const nowMs = integerOf(now);
  connection.noteClock(nowMs);
  const keys = new Map<string, number>();
  const sources = new Map<string, number>();
  for (const [field, announcedAt] of pairsOf(entries)) {
    const announcedAtMs = integerOf(announcedAt);
    if (field.startsWith('key:')) keys.set(field.slice('key:'.length), announcedAtMs);
    else if (field.startsWith('sources:'))
      sources.set(field.slice('sources:'.length), announcedAtMs);
  }
  return {
    nowMs,
    writes: writes === '-' ? undefined : writes,
    lacking: integerOf(lacking),
    abilities:
      shared === '-' ? undefined : new Set(shared.split(',').filter((word) => word !== '')),
    keys,
    sources,
  };
}
