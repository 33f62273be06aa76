import { integer } from './decode-reply.ts';
import { SOURCES_SEEN_MAX_MS } from './judge-replicas.ts';
import type { ReplicaAnnouncement, ReplicaEntries } from './judge-replicas.ts';
import type { RedisConnection } from './redis-connection.ts';
import { milliseconds } from './script-words.ts';
import { REPLICAS_KEY } from './store-keys.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Tells the other replicas about this one, unless it lacks a key of theirs, and answers with what all of them have told.
 */
export async function announceReplica(
  connection: RedisConnection,
  own: ReplicaAnnouncement,
): Promise<ReplicaEntries> {
  const { writingFingerprint, fingerprints, sourceDigest, retentionMs } = own;
  if (![writingFingerprint, ...fingerprints, sourceDigest].every((name) => NAME.test(name))) {
    throw new TypeError('a fingerprint is letters, digits, - and _');
  }
  const fields = [`key:${writingFingerprint}`, `sources:${sourceDigest}`];
  const ages = [milliseconds(retentionMs), milliseconds(SOURCES_SEEN_MAX_MS)];
  const reply = await connection.run(
    'announce',
    [REPLICAS_KEY],
    [...fields, ...ages, ...fingerprints.map((name) => `key:${name}`)],
    ['announced'],
  );
  const nowMs = integer(reply.words[0]);
  connection.noteClock(nowMs);
  const keys = new Map<string, number>();
  const sources = new Map<string, number>();
  for (let index = 1; index + 1 < reply.words.length; index += 2) {
    const field = reply.words[index] ?? '';
    const saidAtMs = integer(reply.words[index + 1]);
    if (field.startsWith('key:')) keys.set(field.slice('key:'.length), saidAtMs);
    else if (field.startsWith('sources:')) sources.set(field.slice('sources:'.length), saidAtMs);
  }
  return { nowMs, keys, sources };
}
