import type { CompiledMatcher } from './compile-matcher.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { MatcherField, MatchInput, PathSpelling } from './fields/matcher-field.ts';
import type { PathPattern } from './fields/path-pattern.ts';
import { spellLike } from './fields/path-pattern.ts';
import type { Steps } from '../steps.ts';
import { eachInSteps } from '../steps.ts';
import { SelectionIndex } from './selection-index.ts';

/** How a file reads requests. */
export interface ReadingRules {
  readonly paths: 'strictest' | 'literal';
  /** `ignored`: the proxy strips or ignores the ports of hosts. */
  readonly hostPorts: 'ignored' | 'judged';
}

/** A path pattern of a matcher or passive rule, spelled as requests are sent and without escapes. */
type SpelledPattern = Readonly<Record<'canonical' | 'decoded', PathPattern>>;

type Indexes = Readonly<Record<PathSpelling, SelectionIndex>>;

interface Parts {
  readonly policies: readonly CompiledPolicy[];
  readonly fields: ReadonlySet<MatcherField>;
  readonly indexes: Indexes;
  readonly patterns: readonly SpelledPattern[];
  readonly patternIndex: SelectionIndex;
}

/** The policies of one file in order, and how it reads requests. */
export class CompiledPolicies implements ReadingRules {
  readonly policies: readonly CompiledPolicy[];
  readonly paths: ReadingRules['paths'];
  readonly hostPorts: ReadingRules['hostPorts'];
  /** Whether routes choose policies: some policy has `by_name` or matches `context`. */
  readonly usesRoutes: boolean;
  readonly usesHosts: boolean;
  readonly usesMethods: boolean;
  /** Whether some path pattern has capital letters or escapes. */
  readonly hasRespelled: boolean;
  readonly #indexes: Indexes;
  readonly #patterns: readonly SpelledPattern[];
  /** All patterns, without case and escapes. */
  readonly #patternIndex: SelectionIndex;

  private constructor({ paths, hostPorts }: ReadingRules, parts: Parts) {
    const { policies, fields, indexes } = parts;
    this.policies = policies;
    this.paths = paths;
    this.hostPorts = hostPorts;
    this.usesRoutes = policies.some(({ byName }) => byName) || fields.has('context');
    this.usesHosts = fields.has('host');
    this.usesMethods = fields.has('methods');
    this.#indexes = indexes;
    this.hasRespelled =
      indexes.folded !== indexes.canonical ||
      policies.some(({ spelled }) => spelled.folded !== spelled.canonical);
    this.#patterns = parts.patterns;
    this.#patternIndex = parts.patternIndex;
  }

  /** Prepares the policies of a file in small steps. */
  static *of(policies: readonly CompiledPolicy[], rules: ReadingRules): Steps<CompiledPolicies> {
    const used = yield* eachInSteps(policies, fieldsOf);
    const indexes = yield* indexesOf(policies);
    const patterns = (yield* eachInSteps(policies, patternsOf)).flat();
    const byPaths = yield* eachInSteps(patterns, ({ folded }) => [byPath(folded)]);
    const patternIndex = yield* SelectionIndex.of(byPaths, -1);
    const fields = new Set(used.flat());
    return new CompiledPolicies(rules, { policies, fields, indexes, patterns, patternIndex });
  }

  /** The place in the file of the first policy that matches a path that is spelled like this. */
  firstPlace(spelling: PathSpelling, input: MatchInput): number {
    return this.#indexes[spelling].firstPlace(input);
  }

  /** The first policy that matches a request whose path is spelled like this. */
  first(spelling: PathSpelling, input: MatchInput): CompiledPolicy {
    const policy = this.policies[this.firstPlace(spelling, input)];
    if (policy !== undefined) return policy;
    throw new Error('a policy file was accepted that does not match every request');
  }

  /**
   * A path in the spelling of each pattern that it matches apart from case and escapes: a server
   * may ignore case in a part of the path only.
   * @param folded the request, its path without case and escapes
   */
  respellings(
    spelling: 'canonical' | 'decoded',
    path: string,
    folded: MatchInput,
  ): readonly string[] {
    return this.#patternIndex.places(folded).flatMap((i) => {
      const pattern = this.#patterns[i]?.[spelling];
      return pattern === undefined ? [] : [spellLike(pattern, path)];
    });
  }
}

function* indexesOf(policies: readonly CompiledPolicy[]): Steps<Indexes> {
  const restPlace = policies.findIndex(({ reach }) => reach === 'rest');
  const indexOf = (spelling: PathSpelling): Steps<SelectionIndex> =>
    SelectionIndex.of(
      policies.map(({ reach, spelled }) => (reach === 'matchers' ? spelled[spelling].match : [])),
      restPlace,
    );
  const canonical = yield* indexOf('canonical');
  const own = function* (spelling: PathSpelling): Steps<SelectionIndex> {
    const isSame = policies.every(({ spelled }) => spelled[spelling] === spelled.canonical);
    return isSame ? canonical : yield* indexOf(spelling);
  };
  return {
    canonical,
    'canonical-folded': yield* own('canonical-folded'),
    decoded: yield* own('decoded'),
    folded: yield* own('folded'),
  };
}

function patternsOf({ spelled: { canonical, decoded, folded } }: CompiledPolicy) {
  return (['match', 'passive'] as const).flatMap((list) =>
    canonical[list].flatMap(({ path }, i) => {
      const [plain, without] = [decoded[list][i]?.path, folded[list][i]?.path];
      if (path === undefined || plain === undefined || without === undefined) return [];
      return [{ canonical: path, decoded: plain, folded: without }];
    }),
  );
}

function byPath(path: PathPattern): CompiledMatcher {
  return { path, host: undefined, context: undefined, others: [], tests: [] };
}

/** The fields that some matcher of a policy has, each once. */
function fieldsOf({ matchers, passive }: CompiledPolicy): readonly MatcherField[] {
  const fields = new Set<MatcherField>();
  for (const list of [matchers, passive]) {
    for (const { tests } of list) for (const { field } of tests) fields.add(field);
  }
  return [...fields];
}
