import type { RequestFacts } from '../session/request-facts.ts';
import { compilePolicies } from './build-policy.ts';
import { buildSource } from './build-source.ts';
import type { Judgement } from './judge-selection.ts';
import { judgeSelection } from './judge-selection.ts';
import type { CompiledPolicies } from './compiled-policy.ts';
import type { PolicyFile } from './policy-file.ts';
import { PlainSelector } from './plain-selector.ts';
import type { PolicySet, UnknownPolicyName } from './policy-set.ts';
import type { PreparedSelection } from './prepared-selection.ts';
import { PreparedSelections } from './prepared-selections.ts';
import { sourceRule } from './source-rules.ts';
import { wantedHeaders } from './wanted-headers.ts';

/** A judgement whose selection is prepared. */
export interface PreparedJudgement extends Judgement {
  readonly selection: PreparedSelection | UnknownPolicyName;
}

/** A policy set that can also explain itself: what was written, and how a request was judged. */
export interface LoadedPolicies extends PolicySet {
  readonly file: PolicyFile;
  readonly compiled: CompiledPolicies;
  /** The judgement behind `select`, which is its selection. */
  judge(facts: RequestFacts): PreparedJudgement;
}

const DEFAULTS = {
  streamCutHeader: 'x-envoy-upstream-stream-duration-ms',
  realm: 'curfew',
  openingsPerSecond: 100,
  openingsBurst: 1_000,
} as const;

/** Makes a checked file ready to judge. */
export function loadPolicies(file: PolicyFile): LoadedPolicies {
  const sources = file.sources.map(buildSource);
  const compiled = compilePolicies(
    file.policies,
    sources.map(({ name }) => name),
    file.ambiguous_paths ?? 'strictest',
  );
  const policies = compiled.policies.map(({ policy }) => policy);
  const rules = file.sources.map((entry) => sourceRule(entry, policies));
  const streamCutHeader = file.stream_cut_header?.toLowerCase() ?? DEFAULTS.streamCutHeader;
  const prepared = new PreparedSelections(policies, sources);
  const plain = new PlainSelector(compiled, prepared);
  const judge = (facts: RequestFacts): PreparedJudgement => {
    const judgement = judgeSelection(compiled, facts);
    const { selection, judging } = judgement;
    return {
      ...judgement,
      selection: 'kind' in selection ? selection : prepared.of(selection, judging),
    };
  };
  return {
    file,
    compiled,
    sources,
    sourceRules: new Map(rules.map((rule) => [rule.source, rule])),
    policies,
    wantedHeaders: wantedHeaders(file, sources, streamCutHeader),
    retentionMaxMs: Math.max(0, ...rules.map((rule) => rule.retentionMs)),
    settings: {
      streamCutHeader,
      realm: file.realm ?? DEFAULTS.realm,
      openingsPerSecond: file.openings?.per_second ?? DEFAULTS.openingsPerSecond,
      openingsBurst: file.openings?.burst ?? DEFAULTS.openingsBurst,
    },
    judge,
    select: (facts) => plain.select(facts) ?? judge(facts).selection,
  };
}
