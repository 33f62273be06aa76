import type { PassiveEntry } from '../file/policy-file.ts';
import type {
  FieldTest,
  MatcherField,
  MatchInput,
  PathComparison,
} from './fields/matcher-field.ts';
import { testsOf } from './fields/matcher-fields.ts';
import { comparablePath } from './fields/path.ts';
import type { PathPattern } from './fields/path-pattern.ts';
import { compilePath, pathMatches } from './fields/path-pattern.ts';
import { readHost } from './readings/read-host.ts';

/** One matcher, prepared for requests: all of its tests must pass. */
export interface CompiledMatcher {
  /** The pattern of the path test, which is asked first and directly: it rejects most requests. */
  readonly path: PathPattern | undefined;
  /** For the index: the host, exact or `*.suffix`, and the first entry of the context. */
  readonly host: string | undefined;
  readonly context: readonly [key: string, value: string] | undefined;
  /** The tests of all fields but the path. */
  readonly others: readonly FieldTest[];
  /** The tests of all fields, for explanations. */
  readonly tests: readonly FieldTest[];
}

/** Whether all fields match; those in `ignored` count as matching. */
export function matches(
  { path, others }: CompiledMatcher,
  input: MatchInput,
  ignored?: ReadonlySet<MatcherField>,
): boolean {
  const wrongPath = path !== undefined && !pathMatches(path, input.path);
  if (wrongPath && ignored?.has('path') !== true) return false;
  for (const test of others) {
    if (!test.passes(input) && ignored?.has(test.field) !== true) return false;
  }
  return true;
}

/** Whether the path pattern of a matcher spells the segment of this index, rather than admits any. */
export function spells({ path }: CompiledMatcher, index: number): boolean {
  const segment = path?.segments[index];
  return segment !== undefined && segment !== '*';
}

/** Prepares one matcher of the file. */
export function compileMatcher(entry: PassiveEntry, paths: PathComparison): CompiledMatcher {
  const tests = testsOf(entry, paths);
  return {
    path: entry.path === undefined ? undefined : compilePath(comparablePath(entry.path, paths)),
    host: entry.host === undefined ? undefined : readHost(entry.host).normalised,
    context: Object.entries(entry.context ?? {})[0],
    others: tests.filter(({ field }) => field !== 'path'),
    tests,
  };
}
