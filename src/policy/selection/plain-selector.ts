import { pathWithoutQuery } from '../../terms/path.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import type { CompiledPolicies } from './compiled-policies.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { matches, spells } from './compile-matcher.ts';
import { someMatches } from './compiled-policy.ts';
import type { MatchInput, PathSpelling } from './fields/matcher-field.ts';
import { hintFor } from './judgement.ts';
import { passiveHint } from './passive-hint.ts';
import { POLICY_NAME_KEY } from './named-policy.ts';
import type { PreparedSelection } from './prepared-selection.ts';
import type { PreparedSelections } from './prepared-selections.ts';
import { hasOneMethod } from './readings/method-readings.ts';
import { mayHavePathInfo } from './readings/path-ends.ts';
import { hasCapitals, plainPath } from './readings/plain-path.ts';
import { hostReadings, readHost } from './readings/read-host.ts';
import { matchInput } from './request-readings.ts';

/** A policy and its prepared selections. */
interface Candidate {
  readonly compiled: CompiledPolicy;
  readonly active: PreparedSelection;
  readonly passive: PreparedSelection;
  readonly prefetch: PreparedSelection;
}

/** What every reading of a request must select. */
interface Expected {
  readonly candidate: Candidate;
  /** `undefined`: a header says so, whatever the path is. */
  readonly isPassive: boolean | undefined;
}

/**
 * Selects quickly for requests that all servers read alike, which nearly all are. The result is the
 * same as that of `selectPolicy`, or `undefined` where that one has to be asked.
 */
export class PlainSelector {
  readonly #compiled: CompiledPolicies;
  readonly #candidates: readonly Candidate[];
  readonly #byName: ReadonlyMap<string, Candidate>;

  constructor(compiled: CompiledPolicies, prepared: PreparedSelections) {
    const { policies } = compiled;
    this.#compiled = compiled;
    this.#candidates = policies.map((each) => ({
      compiled: each,
      active: prepared.alone(each.policy, 'active'),
      passive: prepared.alone(each.policy, 'passive'),
      prefetch: prepared.alone(each.policy, 'prefetch'),
    }));
    this.#byName = new Map(
      this.#candidates
        .filter(({ compiled: { byName } }) => byName)
        .map((candidate) => [candidate.compiled.policy.name, candidate]),
    );
  }

  /** The selection, or `undefined` for a request that needs `selectPolicy`. */
  select(facts: RequestFacts): PreparedSelection | undefined {
    const { usesHosts, usesMethods, hostPorts, paths } = this.#compiled;
    const host = readHost(facts.host);
    if (host.malformed) return undefined;
    if (usesHosts && host.normalised !== host.asSent && hostReadings(host, hostPorts).length > 1) {
      return undefined;
    }
    if (usesMethods && !hasOneMethod(facts)) return undefined;
    const path = paths === 'literal' ? pathWithoutQuery(facts.path) : plainPath(facts.path);
    if (path === undefined) return undefined;
    const input = matchInput(facts, host.normalised, path);
    const candidate = this.#candidate('canonical', input);
    if (candidate === undefined) return undefined;
    const hint = passiveHint(facts);
    const isHinted = hintFor(candidate.compiled, hint) !== undefined;
    const isPassive = isHinted || isPassiveAs('canonical', candidate, input);
    if (paths !== 'literal') {
      const expected = { candidate, isPassive: isHinted ? undefined : isPassive };
      if (!this.#isReadAlike(input, expected)) return undefined;
    }
    if (hint?.kind === 'prefetch') return candidate.prefetch;
    return isPassive ? candidate.passive : candidate.active;
  }

  /** Whether the other readings of a plain path select the same: without case, suffix and path info. */
  #isReadAlike(input: MatchInput, expected: Expected): boolean {
    const { path } = input;
    if (!this.#isAlikeWithoutCase(input, expected)) return false;
    const dot = path.lastIndexOf('.');
    if (dot === -1) return true;
    const slash = path.lastIndexOf('/');
    if (dot > slash + 1) {
      const stem = { ...input, path: path.slice(0, dot) };
      const isAlike = this.#isAlike('canonical', stem, expected);
      if (!(isAlike && this.#isAlikeWithoutCase(stem, expected))) {
        if (!spellsLastSegment(expected.candidate, input)) return false;
      }
    }
    return !mayHavePathInfo(path);
  }

  #isAlikeWithoutCase(input: MatchInput, expected: Expected): boolean {
    if (!this.#compiled.hasRespelled && !hasCapitals(input.path)) return true;
    const folded = { ...input, path: input.path.toLowerCase() };
    for (const spelled of this.#compiled.respellings('canonical', input.path, folded)) {
      if (spelled !== input.path) return false;
    }
    return this.#isAlike('folded', folded, expected);
  }

  #isAlike(spelling: PathSpelling, input: MatchInput, expected: Expected): boolean {
    const { candidate, isPassive } = expected;
    if (this.#candidate(spelling, input) !== candidate) return false;
    return isPassive === undefined || isPassiveAs(spelling, candidate, input) === isPassive;
  }

  #candidate(spelling: PathSpelling, input: MatchInput): Candidate | undefined {
    const named = input.context.get(POLICY_NAME_KEY);
    if (named !== undefined) return this.#byName.get(named);
    return this.#candidates[this.#compiled.firstPlace(spelling, input)];
  }
}

function isPassiveAs(spelling: PathSpelling, { compiled }: Candidate, input: MatchInput): boolean {
  return someMatches(compiled.spelled[spelling].passive, input);
}

/** Then the segment is what it says, whatever comes after its dot. */
function spellsLastSegment({ compiled }: Candidate, input: MatchInput): boolean {
  const last = input.path.split('/').length - 2;
  return [...compiled.matchers, ...compiled.passive].some(
    (matcher) => spells(matcher, last) && matches(matcher, input),
  );
}
