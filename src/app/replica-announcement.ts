import { createHash } from 'node:crypto';
import type { PolicySet } from '../policy/policy-set.ts';
import { RETENTION_MARGIN_MS } from '../session/retention.ts';
import type { ReplicaAnnouncement } from '../store/judge-replicas.ts';

const DIGEST_CHARACTERS = 16;

/** What this replica tells the others: which keys it has, and which sources it knows. No secret, no name. */
export function replicaAnnouncement(
  replica: string,
  { fingerprints, writing }: Pick<ReplicaAnnouncement, 'fingerprints' | 'writing'>,
  policies: PolicySet,
): ReplicaAnnouncement {
  // Names have no line breaks; their order in the file means nothing.
  const names = policies.sources.map(({ name }) => name).toSorted();
  const digest = createHash('sha256').update(names.join('\n')).digest('base64url');
  return {
    replica,
    fingerprints,
    writing,
    sourceDigest: digest.slice(0, DIGEST_CHARACTERS),
    // As long as a record may stay that is not presented any more.
    retentionMs: policies.retentionMaxMs + RETENTION_MARGIN_MS,
  };
}
