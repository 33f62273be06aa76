import { integer } from './decode-reply.ts';
import { REPLICA_SEEN_MAX_MS } from './judge-replicas.ts';
import type { ReplicaAnnouncement, ReplicaEntries } from './judge-replicas.ts';
import type { RedisConnection } from './redis-connection.ts';
import { milliseconds } from './script-words.ts';
import { REPLICAS_KEY } from './store-keys.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Tells the other replicas about this one, unless it lacks a key of theirs, and answers with what all of them have told
 * and which key this one is to write with.
 */
export async function announceReplica(
  connection: RedisConnection,
  own: ReplicaAnnouncement,
): Promise<ReplicaEntries> {
  const { replica, fingerprints, writing = '-', sourceDigest, retentionMs } = own;
  if (![replica, ...fingerprints, writing, sourceDigest].every((name) => NAME.test(name))) {
    throw new TypeError('a name or fingerprint is letters, digits, - and _');
  }
  if (fingerprints.length === 0) throw new TypeError('a replica without a key');
  const ages = [milliseconds(retentionMs), milliseconds(REPLICA_SEEN_MAX_MS)];
  const { words } = await connection.run(
    'announce',
    [REPLICAS_KEY],
    [replica, `sources:${sourceDigest}`, ...ages, writing, ...fingerprints],
    ['announced'],
  );
  const [now, writes, lacking, ...entries] = words;
  const nowMs = integer(now);
  connection.noteClock(nowMs);
  const keys = new Map<string, number>();
  const sources = new Map<string, number>();
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const field = entries[index] ?? '';
    const saidAtMs = integer(entries[index + 1]);
    if (field.startsWith('key:')) keys.set(field.slice('key:'.length), saidAtMs);
    else if (field.startsWith('sources:')) sources.set(field.slice('sources:'.length), saidAtMs);
  }
  return {
    nowMs,
    writes: writes === '-' ? undefined : writes,
    lacking: integer(lacking),
    keys,
    sources,
  };
}
