import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { SourceRule } from '../session/session-store.ts';
import type { Source } from '../session/source.ts';
import type { WantedHeaders } from '../session/wanted-headers.ts';
import type { PreparedSelection } from './prepared-selection.ts';

/** Names a route's policy that the file does not have (or that has no `by_name`): no verdict, not a guess. */
export interface UnknownPolicyName {
  readonly kind: 'unknown_policy_name';
}

/** One version of the policy file, validated whole and ready to judge. One check sees one version. */
export interface PolicySet {
  readonly sources: readonly Source[];
  /** What the store must know of each source, by source name. */
  readonly sourceRules: ReadonlyMap<string, SourceRule>;
  readonly policies: readonly EffectivePolicy[];
  /** The headers that a check under this version can read; the transport passes over all others. */
  readonly wantedHeaders: WantedHeaders;
  /** The longest time that any credential or session may matter; bounds how long an old server key is remembered. */
  readonly retentionMaxMs: number;
  readonly settings: {
    readonly streamCutHeader: string;
    readonly realm: string;
    readonly openingsPerSecond: number;
    readonly openingsBurst: number;
  };
  select(facts: RequestFacts): PreparedSelection | UnknownPolicyName;
}
