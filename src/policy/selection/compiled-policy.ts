import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import type { PassiveEntry, PolicyEntry } from '../file/policy-file.ts';
import type { CompiledMatcher } from './compile-matcher.ts';
import type { MatcherField, MatchInput, PathSpelling } from './fields/matcher-field.ts';
import { comparablePath } from './fields/path.ts';
import { compileMatcher, matches } from './compile-matcher.ts';

/** The matchers of one policy, with paths in one spelling. */
export interface PolicyMatchers {
  readonly match: readonly CompiledMatcher[];
  readonly passive: readonly CompiledMatcher[];
}

/** One policy of the file, prepared for selection. */
export interface CompiledPolicy {
  readonly policy: EffectivePolicy;
  /** `rest`: the last one, which matches everything; `name`: used only by routes that name it. */
  readonly reach: 'matchers' | 'rest' | 'name';
  /** Whether a route may name it. */
  readonly byName: boolean;
  /** As requests are sent. */
  readonly matchers: readonly CompiledMatcher[];
  /** Passive rules, as requests are sent. */
  readonly passive: readonly CompiledMatcher[];
  /** The same for each way in which servers read paths. With literal paths all are one. */
  readonly spelled: Readonly<Record<PathSpelling, PolicyMatchers>>;
}

const SPELLINGS: readonly PathSpelling[] = ['canonical', 'canonical-folded', 'decoded', 'folded'];

/** Prepares the matchers of one entry. */
export function compileMatchers(
  { match = [], passive = [] }: Pick<PolicyEntry, 'match' | 'passive'>,
  paths: 'strictest' | 'literal',
): Pick<CompiledPolicy, 'matchers' | 'passive' | 'spelled'> {
  const compile = (list: readonly PassiveEntry[], spelling: PathSpelling) =>
    list.map((entry) => compileMatcher(entry, paths === 'literal' ? 'literal' : spelling));
  const canonical = { match: compile(match, 'canonical'), passive: compile(passive, 'canonical') };
  const own = (spelling: PathSpelling): PolicyMatchers =>
    paths === 'literal' || ![...match, ...passive].some((entry) => isRespelled(entry, spelling))
      ? canonical
      : { match: compile(match, spelling), passive: compile(passive, spelling) };
  const spelled = Object.fromEntries(SPELLINGS.map((spelling) => [spelling, own(spelling)]));
  return {
    matchers: canonical.match,
    passive: canonical.passive,
    spelled: spelled as Record<PathSpelling, PolicyMatchers>,
  };
}

function isRespelled({ path }: PassiveEntry, spelling: PathSpelling): boolean {
  return path !== undefined && comparablePath(path, spelling) !== comparablePath(path, 'canonical');
}

/** Whether a policy matches a request as it was sent; fields in `ignored` count as matching. */
export function reaches(
  { reach, matchers }: CompiledPolicy,
  input: MatchInput,
  ignored?: ReadonlySet<MatcherField>,
): boolean {
  if (reach !== 'matchers') return reach === 'rest';
  return someMatches(matchers, input, ignored);
}

/** Whether one of these matches; fields in `ignored` count as matching. */
export function someMatches(
  matchers: readonly CompiledMatcher[],
  input: MatchInput,
  ignored?: ReadonlySet<MatcherField>,
): boolean {
  for (const matcher of matchers) if (matches(matcher, input, ignored)) return true;
  return false;
}
