import type { RequestFacts } from '../session/request-facts.ts';
import type { CompiledMatcher, MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicies, CompiledPolicy } from './compiled-policy.ts';
import { readHost } from './host-name.ts';
import { literalPath, matchInput, POLICY_NAME_KEY } from './judge-selection.ts';
import { passiveHint } from './passive-hint.ts';
import type { PreparedSelection } from './prepared-selection.ts';
import type { PreparedSelections } from './prepared-selections.ts';
import { nearlyPlainPath, plainPath, withoutFinalSlash } from './read-path.ts';
import { SelectionIndex } from './selection-index.ts';

/** A policy, and its two selections. */
interface Candidate {
  readonly passiveRules: readonly CompiledMatcher[];
  readonly active: PreparedSelection;
  readonly passive: PreparedSelection;
}

/**
 * The short way to the selection of requests that can be read in one way only, which nearly all are. It answers what
 * {@link judgeSelection} would, or nothing.
 */
export class PlainSelector {
  readonly #isLiteral: boolean;
  readonly #index: SelectionIndex;
  readonly #candidates: readonly Candidate[];
  readonly #byName: ReadonlyMap<string, Candidate>;
  /** Matchers that ignore case and final slash where the written ones do not: what they match needs a closer look. */
  readonly #foldable: readonly CompiledMatcher[];

  constructor({ policies, paths }: CompiledPolicies, prepared: PreparedSelections) {
    this.#isLiteral = paths === 'literal';
    this.#index = new SelectionIndex(policies);
    this.#candidates = policies.map(({ policy, passive }) => ({
      passiveRules: passive,
      active: prepared.alone(policy, false),
      passive: prepared.alone(policy, true),
    }));
    this.#byName = new Map(
      policies.flatMap(({ byName, policy }, place) => {
        const candidate = this.#candidates[place];
        return byName && candidate !== undefined ? [[policy.name, candidate] as const] : [];
      }),
    );
    this.#foldable = this.#isLiteral ? [] : policies.flatMap(foldable);
  }

  /** The selection, or `undefined` for a request that has to be judged at length. */
  select(facts: RequestFacts): PreparedSelection | undefined {
    const { normalised: host, malformed } = readHost(facts.host);
    if (malformed) return undefined;
    const path = this.#isLiteral ? literalPath(facts.path) : plainPath(facts.path);
    if (path === undefined) return this.#selectNearlyPlain(facts, host);
    const input = matchInput(facts, host, path);
    // A plain path is its own folded form, hence what passive rules look at.
    return selectionOf(this.#candidate(input), facts, input);
  }

  /** With capital letters or a final slash: nobody can doubt it if every other spelling is for the same policy. */
  #selectNearlyPlain(facts: RequestFacts, host: string): PreparedSelection | undefined {
    const path = nearlyPlainPath(facts.path);
    if (path === undefined || this.#foldable.length > 0) return undefined;
    const candidate = this.#candidate(matchInput(facts, host, path));
    const lower = path.toLowerCase();
    const folded = matchInput(facts, host, withoutFinalSlash(lower));
    for (const spelled of [folded.path, lower, withoutFinalSlash(path)]) {
      if (spelled === path) continue;
      if (this.#candidate(matchInput(facts, host, spelled)) !== candidate) return undefined;
    }
    return selectionOf(candidate, facts, folded);
  }

  #candidate(input: MatchInput): Candidate | undefined {
    const named = input.context.get(POLICY_NAME_KEY);
    if (named !== undefined) return this.#byName.get(named);
    if (someMatches(this.#foldable, input)) return undefined;
    return this.#candidates[this.#index.firstPlace(input)];
  }
}

/** @param input what passive rules look at */
function selectionOf(
  candidate: Candidate | undefined,
  facts: RequestFacts,
  input: MatchInput,
): PreparedSelection | undefined {
  if (candidate === undefined) return undefined;
  const isPassive = passiveHint(facts) !== undefined || someMatches(candidate.passiveRules, input);
  return isPassive ? candidate.passive : candidate.active;
}

function foldable({ matchers, foldedMatchers }: CompiledPolicy): readonly CompiledMatcher[] {
  return foldedMatchers.filter((folded, i) => !isSamePath(folded, matchers[i]));
}

function isSamePath(one: CompiledMatcher, other: CompiledMatcher | undefined): boolean {
  return one.path?.segments.join('/') === other?.path?.segments.join('/');
}

function someMatches(matchers: readonly CompiledMatcher[], input: MatchInput): boolean {
  for (const matcher of matchers) if (matches(matcher, input)) return true;
  return false;
}
