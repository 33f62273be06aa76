import type { RequestFacts } from '../terms/request-facts.ts';
import { compileInSteps } from './build/build-policy.ts';
import { buildSources } from './build/build-source.ts';
import type { SelectionDetails } from './selection/select-policy.ts';
import { selectPolicy } from './selection/select-policy.ts';
import type { CompiledPolicies } from './selection/compiled-policies.ts';
import type { PolicyFile } from './file/policy-file.ts';
import { PlainSelector } from './selection/plain-selector.ts';
import type { PolicySet, UnknownPolicyName } from './selection/policy-set.ts';
import type { PreparedSelection } from './selection/prepared-selection.ts';
import { PreparedSelections } from './selection/prepared-selections.ts';
import type { Steps } from './steps.ts';
import { allAtOnce, eachInSteps } from './steps.ts';
import { sourceRule } from './build/source-rules.ts';
import { wantedHeaders } from './build/wanted-headers.ts';

/** The details of a selection that is prepared for the check. */
export interface PreparedSelectionDetails extends SelectionDetails {
  readonly selection: PreparedSelection | UnknownPolicyName;
}

/** A policy set that can also explain itself: what the file says, and why a policy was selected. */
export interface LoadedPolicies extends PolicySet {
  readonly file: PolicyFile;
  readonly compiled: CompiledPolicies;
  /** What `select` returns, with everything that led to it. Slower. */
  selectInDetail(facts: RequestFacts): PreparedSelectionDetails;
}

const DEFAULTS = {
  streamCutHeader: 'x-envoy-upstream-stream-duration-ms',
  realm: 'curfew',
  openingsPerSecond: 100,
  openingsBurst: 1_000,
} as const;

/** Prepares a checked file for requests. */
export function loadPolicies(file: PolicyFile): LoadedPolicies {
  return allAtOnce(loadInSteps(file));
}

/** The same, in small steps: a large file takes longer than requests may wait. */
export function* loadInSteps(file: PolicyFile): Steps<LoadedPolicies> {
  const sources = buildSources(file.sources);
  const compiled = yield* compileInSteps(file.policies, sources, file);
  const policies = compiled.policies.map(({ policy }) => policy);
  const rules = yield* eachInSteps(file.sources, (entry) => sourceRule(entry, policies));
  const streamCutHeader = file.stream_cut_header?.toLowerCase() ?? DEFAULTS.streamCutHeader;
  const prepared = new PreparedSelections(sources);
  yield* eachInSteps(policies, (policy) => prepared.prepare(policy));
  const plain = new PlainSelector(compiled, prepared);
  const selectInDetail = (facts: RequestFacts): PreparedSelectionDetails => {
    const details = selectPolicy(compiled, facts);
    const { selection, applied } = details;
    return {
      ...details,
      selection: 'kind' in selection ? selection : prepared.of(selection, applied),
    };
  };
  return {
    file,
    compiled,
    sources,
    sourceRules: new Map(rules.map((rule) => [rule.source, rule])),
    policies,
    wantedHeaders: yield* wantedHeaders(file, sources, streamCutHeader),
    retentionMaxMs: Math.max(0, ...rules.map((rule) => rule.retentionMs)),
    settings: {
      streamCutHeader,
      realm: file.realm ?? DEFAULTS.realm,
      openingsPerSecond: file.openings?.per_second ?? DEFAULTS.openingsPerSecond,
      openingsBurst: file.openings?.burst ?? DEFAULTS.openingsBurst,
      subjectNames: file.subject_names ?? 'hashed',
      onStoreLoss: file.on_store_loss ?? 'continue',
    },
    selectInDetail,
    select: (facts) => plain.select(facts) ?? selectInDetail(facts).selection,
  };
}
