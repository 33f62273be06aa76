import type { RequestFacts } from '../terms/request-facts.ts';
import type { MatcherField, MatchInput } from './selection/fields/matcher-field.ts';
import { matches } from './selection/compile-matcher.ts';
import type { CompiledPolicy } from './selection/compiled-policy.ts';
import { reaches } from './selection/compiled-policy.ts';
import type { SelectionDetails } from './selection/select-policy.ts';
import { POLICY_NAME_KEY } from './selection/named-policy.ts';
import type { LoadedPolicies } from './loaded-policies.ts';
import { expiryOf, readsSessions } from './build/build-policy.ts';
import type { ExpiryChoice } from './build/expiry-choice.ts';
import type { ResolvedLimits } from './build/resolve-limits.ts';
import { resolveLimits } from './build/resolve-limits.ts';

/** Why a policy does or does not apply to a request. */
export type PolicyRole =
  /**
   * It applies: the first one that matches, the one that the route names, or one of several for an
   * ambiguous request.
   */
  | 'judges'
  /** It would match, but an earlier one does first, or the route names another one. */
  | 'comes_later'
  | 'does_not_match'
  /** It has no `match`, so it applies only if a route names it. */
  | 'by_name_only';

/** One field of one matcher, compared with one request. */
export interface FieldExplanation {
  readonly field: MatcherField;
  /** As the file writes it. */
  readonly wanted: string;
  /** What the request has there. `undefined` for headers, because their values may be credentials. */
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
  /** `undefined` for a policy without limits, `session: off` or `login`. */
  readonly limits: ResolvedLimits | undefined;
  /** What it does with expired sessions, by source, and why. Empty for a policy without limits. */
  readonly expiry: ReadonlyMap<string, ExpiryChoice>;
}

/** Everything that led to a selection. `details.selection` is the one that the server would use. */
export interface SelectionExplanation {
  readonly details: SelectionDetails;
  /** The policy that the route names, if it does. */
  readonly named: string | undefined;
  readonly policies: readonly PolicyExplanation[];
}

/** Explains the selection for a request, by the same matchers that select. */
export function explainSelection(
  loaded: LoadedPolicies,
  facts: RequestFacts,
): SelectionExplanation {
  const details = loaded.selectInDetail(facts);
  const expiry = expiryOf(loaded.file.policies, loaded.sources);
  const policies = loaded.compiled.policies.map((compiled, i): PolicyExplanation => {
    const entry = loaded.file.policies[i];
    const { name, session } = compiled.policy;
    const hasLimits = readsSessions(session);
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
      role: roleOf(compiled, details),
      matchers: explain(compiled.matchers, details.input),
      passive: explain(compiled.passive, details.input),
      limits: entry === undefined || !hasLimits ? undefined : resolveLimits(entry),
      expiry: (hasLimits ? expiry[i] : undefined) ?? new Map(),
    };
  });
  return { details, named: facts.context.get(POLICY_NAME_KEY), policies };
}

function roleOf(compiled: CompiledPolicy, { applied, input }: SelectionDetails): PolicyRole {
  if (applied.includes(compiled)) return 'judges';
  if (reaches(compiled, input)) return 'comes_later';
  return compiled.reach === 'name' ? 'by_name_only' : 'does_not_match';
}
