import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import type { OnStoreLoss } from '../../terms/on-store-loss.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import type { SourceRule } from '../../session/session-store.ts';
import type { Source } from '../../terms/source.ts';
import type { WantedHeaders } from '../../terms/wanted-headers.ts';
import type { PreparedSelection } from './prepared-selection.ts';

/**
 * The route names a policy that the file does not have, or that has no `by_name`. The answer is *no
 * verdict*, because any policy would be a guess.
 */
export interface UnknownPolicyName {
  readonly kind: 'unknown_policy_name';
}

/** One version of the policy file, validated and prepared. Each check uses one version only. */
export interface PolicySet {
  readonly sources: readonly Source[];
  /** What the store must know of each source, by source name. */
  readonly sourceRules: ReadonlyMap<string, SourceRule>;
  readonly policies: readonly EffectivePolicy[];
  /** The headers that a check under this version can read; the transport skips all others. */
  readonly wantedHeaders: WantedHeaders;
  /**
   * The longest time that a credential or session may matter. An old server key is remembered for
   * at most this long.
   */
  readonly retentionMaxMs: number;
  readonly settings: {
    readonly streamCutHeader: string;
    readonly realm: string;
    readonly openingsPerSecond: number;
    readonly openingsBurst: number;
    /** `clear`: the store keeps the names of subjects, too. */
    readonly subjectNames: 'hashed' | 'clear';
    readonly onStoreLoss: OnStoreLoss;
  };
  select(facts: RequestFacts): PreparedSelection | UnknownPolicyName;
}
