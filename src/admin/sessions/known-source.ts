import type { PolicySet } from '../../policy/selection/policy-set.ts';
import type { SourceRule } from '../../session/session-store.ts';
import type { Source } from '../../terms/source.ts';
import { AdminProblem } from '../wire/problem.ts';

/** A source of the policy file, and what the store must know of it. */
export interface KnownSource {
  readonly source: Source;
  readonly rule: SourceRule;
}

/** @throws {AdminProblem} if the policy file has no source of that name */
export function knownSource(policies: PolicySet, name: string): KnownSource {
  const source = policies.sources.find((one) => one.name === name);
  const rule = policies.sourceRules.get(name);
  if (source !== undefined && rule !== undefined) return { source, rule };
  const names = policies.sources.map((one) => one.name).join(', ');
  throw new AdminProblem('unknown_source', `the policy file has these sources: ${names}`);
}

/**
 * How long a tombstone matters. A source that was removed from the file counts like the longest one:
 * its sessions may still be there.
 */
export function retentionOf(policies: PolicySet, source: string | undefined): number {
  const rule = source === undefined ? undefined : policies.sourceRules.get(source);
  return rule?.retentionMs ?? policies.retentionMaxMs;
}
