import type { RequestFacts } from '../session/request-facts.ts';
import type { MatcherField, MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { reaches } from './compiled-policy.ts';
import type { Judgement } from './judge-selection.ts';
import { passiveInput, POLICY_NAME_KEY } from './judge-selection.ts';
import type { LoadedPolicies } from './loaded-policies.ts';
import type { ResolvedLimits } from './resolve-limits.ts';
import { resolveLimits } from './resolve-limits.ts';

/** Why a policy does or does not judge a request. */
export type PolicyRole =
  /** The first that matches, or the named one, or one of several that judge an ambiguous request together. */
  | 'judges'
  /** It would match, but an earlier one comes first, or the route names another one. */
  | 'comes_later'
  | 'does_not_match'
  /** It has no `match` and is reached by `curfew-policy` alone. */
  | 'by_name_only';

/** One field of one matcher, asked about one request. */
export interface FieldExplanation {
  readonly field: MatcherField;
  /** As the file says it. */
  readonly wanted: string;
  /** What the request has there; nothing for headers, whose values may be credentials. */
  readonly found: string | undefined;
  readonly holds: boolean;
}

export interface MatcherExplanation {
  readonly holds: boolean;
  readonly fields: readonly FieldExplanation[];
}

export interface PolicyExplanation {
  readonly name: string;
  readonly role: PolicyRole;
  /** Empty for a policy without `match`. */
  readonly matchers: readonly MatcherExplanation[];
  readonly passive: readonly MatcherExplanation[];
  /** `undefined` with `session: off`. */
  readonly limits: ResolvedLimits | undefined;
}

/** Everything that led to a selection. `judgement.selection` is the one that the server would use. */
export interface SelectionExplanation {
  readonly judgement: Judgement;
  /** The policy that the route names, if it does. */
  readonly named: string | undefined;
  readonly policies: readonly PolicyExplanation[];
}

/** Explains the selection for a request by asking the very matchers that select. */
export function explainSelection(
  loaded: LoadedPolicies,
  facts: RequestFacts,
): SelectionExplanation {
  const judgement = loaded.judge(facts);
  const policies = loaded.compiled.policies.map((compiled, i): PolicyExplanation => {
    const entry = loaded.file.policies[i];
    const { name, session } = compiled.policy;
    const explain = (
      list: CompiledPolicy['matchers'],
      input: MatchInput,
    ): readonly MatcherExplanation[] =>
      list.map((matcher) => ({
        holds: matches(matcher, input),
        fields: matcher.tests.map((test) => ({
          field: test.field,
          wanted: test.wanted,
          found: test.found(input),
          holds: test.passes(input),
        })),
      }));
    return {
      name,
      role: roleOf(compiled, judgement),
      matchers: explain(compiled.matchers, judgement.input),
      passive: explain(compiled.passive, passiveInput(loaded.compiled, judgement.input)),
      limits: entry === undefined || session === 'off' ? undefined : resolveLimits(entry),
    };
  });
  return { judgement, named: facts.context.get(POLICY_NAME_KEY), policies };
}

function roleOf(compiled: CompiledPolicy, { judging, input }: Judgement): PolicyRole {
  if (judging.includes(compiled)) return 'judges';
  if (reaches(compiled, input)) return 'comes_later';
  return compiled.reach === 'name' ? 'by_name_only' : 'does_not_match';
}
