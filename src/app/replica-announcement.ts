import { createHash } from 'node:crypto';
import type { PolicySet } from '../policy/policy-set.ts';
import type { ReplicaAnnouncement } from '../store/judge-replicas.ts';
import { keyFingerprint } from './session-names.ts';

const DIGEST_CHARACTERS = 16;

/** What this replica tells the others: which key it writes with, and which sources it knows. No secret, no name. */
export function replicaAnnouncement(
  keys: readonly Uint8Array[],
  policies: PolicySet,
): ReplicaAnnouncement {
  const fingerprints = keys.map(keyFingerprint);
  const [writingFingerprint] = fingerprints;
  if (writingFingerprint === undefined) throw new TypeError('a replica without a key');
  // Names have no line breaks; their order in the file means nothing.
  const names = policies.sources.map(({ name }) => name).toSorted();
  const digest = createHash('sha256').update(names.join('\n')).digest('base64url');
  return {
    writingFingerprint,
    fingerprints,
    sourceDigest: digest.slice(0, DIGEST_CHARACTERS),
    retentionMs: policies.retentionMaxMs,
  };
}
