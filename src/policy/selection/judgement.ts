import type { CompiledPolicies } from './compiled-policies.ts';
import type { CompiledMatcher } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { someMatches } from './compiled-policy.ts';
import type { MatcherField, MatchInput, PathSpelling } from './fields/matcher-field.ts';
import { namedPolicy, POLICY_NAME_KEY } from './named-policy.ts';
import type { PassiveHint } from './passive-hint.ts';
import type { RequestReading } from './request-readings.ts';

/** A policy that a reading selects, and why the request is passive under it, or `undefined`. */
export interface Judgement {
  readonly policy: CompiledPolicy;
  readonly passive: string | undefined;
}

const CONTEXT: ReadonlySet<MatcherField> = new Set(['context']);
const PATH: ReadonlySet<MatcherField> = new Set(['path', 'context']);
const PATH_AND_HOST: ReadonlySet<MatcherField> = new Set(['path', 'context', 'host']);

/**
 * What one reading selects: one policy, or each that it might be where the context counts for
 * another path than the one that is read.
 */
export function judgementsOf(
  compiled: CompiledPolicies,
  reading: RequestReading,
  hint: PassiveHint | undefined,
  ignoresContext: boolean,
): readonly Judgement[] {
  const { spelling, input } = reading;
  const judged = (policy: CompiledPolicy): Judgement => {
    const passive =
      hintFor(policy, hint) ?? passiveRule(policy, policy.spelled[spelling].passive, input);
    return { policy, passive };
  };
  if (ignoresContext) return policiesOfAnyRoute(compiled, spelling, input).map(judged);
  const named = namedPolicy(compiled, input);
  return [judged(named ?? compiled.first(spelling, input))];
}

/** What a request selects whose path, and perhaps host, might be any. */
export function judgementsOfAny(
  { policies }: CompiledPolicies,
  input: MatchInput,
  hint: PassiveHint | undefined,
  isHostKnown: boolean,
): readonly Judgement[] {
  const ignored = isHostKnown ? PATH : PATH_AND_HOST;
  const named = input.context.get(POLICY_NAME_KEY);
  return policies
    .filter(
      ({ reach, byName, matchers }) =>
        reach === 'rest' ||
        (byName && named !== undefined) ||
        (reach === 'matchers' && someMatches(matchers, input, ignored)),
    )
    .map((policy) => {
      // A rule for a path might not be meant.
      const rules = policy.passive.filter(({ path }) => path === undefined);
      return { policy, passive: hintFor(policy, hint) ?? passiveRule(policy, rules, input) };
    });
}

/** All policies that some route could select for a path. */
function policiesOfAnyRoute(
  { policies }: CompiledPolicies,
  spelling: PathSpelling,
  input: MatchInput,
): readonly CompiledPolicy[] {
  const found: CompiledPolicy[] = [];
  let isFound = false;
  for (const compiled of policies) {
    const { byName, reach, spelled } = compiled;
    const { match } = spelled[spelling];
    const reached = !isFound && (reach === 'rest' || someMatches(match, input, CONTEXT));
    if (byName || reached) found.push(compiled);
    isFound ||=
      reach === 'rest' || match.some((each) => each.context === undefined && matches(each, input));
  }
  return found;
}

/** Streams count as activity where the policy says so. */
export function hintFor(
  { policy }: CompiledPolicy,
  hint: PassiveHint | undefined,
): string | undefined {
  return hint?.kind === 'stream' && policy.streams === 'active' ? undefined : hint?.header;
}

function passiveRule(
  { policy }: CompiledPolicy,
  rules: readonly CompiledMatcher[],
  input: MatchInput,
): string | undefined {
  const rule = rules.find((matcher) => matches(matcher, input));
  if (rule === undefined) return undefined;
  const fields = rule.tests.map(({ field, wanted }) => `${field} ${wanted}`).join(', ');
  return `passive rule of "${policy.name}": ${fields}`;
}
