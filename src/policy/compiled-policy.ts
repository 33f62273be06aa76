import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { CompiledMatcher, MatcherField, MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';

/** One policy of the file, ready to be selected. */
export interface CompiledPolicy {
  readonly policy: EffectivePolicy;
  /** `rest`: the last one, which catches everything; `name`: reached by `curfew-policy` alone. */
  readonly reach: 'matchers' | 'rest' | 'name';
  /** A route may name it. */
  readonly byName: boolean;
  readonly matchers: readonly CompiledMatcher[];
  /** The same with the case and the final slash of path patterns ignored. */
  readonly foldedMatchers: readonly CompiledMatcher[];
  /** Passive rules, with the case and the final slash of path patterns ignored unless paths are literal. */
  readonly passive: readonly CompiledMatcher[];
}

/** The policies of one file in order, and how it reads paths. */
export interface CompiledPolicies {
  readonly policies: readonly CompiledPolicy[];
  readonly paths: 'strictest' | 'literal';
  /** Some pattern has upper-case letters or a final slash, so that folding patterns makes a difference. */
  readonly foldingMatters: boolean;
}

/** Whether some matcher of a policy reaches a request; fields in `ignored` count as holding. */
export function reaches(
  { reach, matchers }: CompiledPolicy,
  input: MatchInput,
  ignored?: ReadonlySet<MatcherField>,
): boolean {
  if (reach !== 'matchers') return reach === 'rest';
  for (const matcher of matchers) if (matches(matcher, input, ignored)) return true;
  return false;
}
