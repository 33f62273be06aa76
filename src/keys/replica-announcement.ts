import { createHash } from 'node:crypto';
import type { PolicySet } from '../policy/selection/policy-set.ts';
import { RETENTION_MARGIN_MS } from '../session/retention.ts';
import { ABILITIES } from '../store/capabilities.ts';
import type { Ability } from '../store/capabilities.ts';
import type { ReplicaAnnouncement } from '../store/compare-replicas.ts';

const DIGEST_CHARACTERS = 16;

/**
 * What this replica announces to the others: fingerprints of its keys, a digest of its source
 * names, and what it can do. It contains no secret and no name.
 */
export function replicaAnnouncement(
  replica: string,
  { fingerprints, writing }: Pick<ReplicaAnnouncement, 'fingerprints' | 'writing'>,
  policies: PolicySet,
  abilities: readonly Ability[] = ABILITIES,
): ReplicaAnnouncement {
  // Names contain no line breaks, and their order in the file has no meaning.
  const names = policies.sources.map(({ name }) => name).toSorted();
  const digest = createHash('sha256').update(names.join('\n')).digest('base64url');
  return {
    replica,
    fingerprints,
    writing,
    sourceDigest: digest.slice(0, DIGEST_CHARACTERS),
    abilities,
    // The longest time that the record of an unused session may stay.
    retentionMs: policies.retentionMaxMs + RETENTION_MARGIN_MS,
  };
}
