import type { HeaderLine } from '../session/request-facts.ts';
import { decodeUnreserved, escapeForbidden } from './canonical-text.ts';
import { hostMatches, readHost } from './host-name.ts';
import type { PathPattern } from './path-pattern.ts';
import { compilePath, pathMatches } from './path-pattern.ts';
import type { MatcherEntry } from './policy-file.ts';
import { foldPath } from './read-path.ts';

export type MatcherField = 'host' | 'path' | 'methods' | 'header' | 'principal' | 'context';

/** What matchers look at. */
export interface MatchInput {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: readonly HeaderLine[];
  readonly principal: string;
  readonly context: ReadonlyMap<string, string>;
}

/** One field of one matcher, ready to be asked. */
export interface FieldTest {
  readonly field: MatcherField;
  /** As the file says it, for explanations. */
  readonly wanted: string;
  passes(input: MatchInput): boolean;
  /** What the request has there, for explanations; nothing for headers, whose values may be credentials. */
  found(input: MatchInput): string | undefined;
}

/** One matcher, ready to be asked: all of its tests must pass. */
export interface CompiledMatcher {
  /** The pattern of the test of the path, which is asked first and without detour: mostly it says no. */
  readonly path: PathPattern | undefined;
  /** What the test of the host wants, exact or `*.suffix`, and the first one of the context. */
  readonly host: string | undefined;
  readonly context: readonly [key: string, value: string] | undefined;
  /** The tests of the other fields. */
  readonly others: readonly FieldTest[];
  /** All of them, for explanations. */
  readonly tests: readonly FieldTest[];
}

/** How paths of the file are compared: `folded` ignores case and the final slash. */
export type PathComparison = 'canonical' | 'literal' | 'folded';

/** Whether all fields hold; those in `ignored` count as holding. */
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

/** Prepares one matcher of the file. */
export function compileMatcher(entry: MatcherEntry, paths: PathComparison): CompiledMatcher {
  const others: FieldTest[] = [];
  const host = entry.host === undefined ? undefined : readHost(entry.host).normalised;
  if (host !== undefined) others.push(hostTest(host));
  if (entry.methods !== undefined) others.push(methodTest(entry.methods));
  if (entry.principal !== undefined) others.push(principalTest(entry.principal));
  const contexts = Object.entries(entry.context ?? {});
  for (const [key, value] of contexts) others.push(contextTest(key, value));
  if (entry.header !== undefined) others.push(headerTest(entry.header.name, entry.header.value));
  const [context] = contexts;
  if (entry.path === undefined) return { path: undefined, host, context, others, tests: others };
  const path = compilePath(comparablePath(entry.path, paths));
  return { path, host, context, others, tests: [pathTest(entry.path, path), ...others] };
}

/** A path pattern in the spelling that request paths are brought into before they are compared. */
export function comparablePath(written: string, paths: PathComparison): string {
  if (paths === 'literal') return written;
  const canonical = escapeForbidden(decodeUnreserved(written));
  return paths === 'folded' ? foldPath(canonical) : canonical;
}

function pathTest(wanted: string, pattern: PathPattern): FieldTest {
  return {
    field: 'path',
    wanted,
    passes: ({ path }) => pathMatches(pattern, path),
    found: ({ path }) => path,
  };
}

function hostTest(pattern: string): FieldTest {
  return {
    field: 'host',
    wanted: pattern,
    passes: ({ host }) => hostMatches(pattern, host),
    found: ({ host }) => host,
  };
}

function methodTest(methods: readonly string[]): FieldTest {
  const admitted = new Set(methods);
  return {
    field: 'methods',
    wanted: methods.join(', '),
    passes: ({ method }) => admitted.has(method),
    found: ({ method }) => method,
  };
}

function principalTest(wanted: string): FieldTest {
  return {
    field: 'principal',
    wanted,
    passes: ({ principal }) => principal === wanted,
    found: ({ principal }) => principal,
  };
}

function contextTest(key: string, value: string): FieldTest {
  return {
    field: 'context',
    wanted: `${key}: ${value}`,
    passes: ({ context }) => context.get(key) === value,
    found: ({ context }) => context.get(key),
  };
}

function headerTest(written: string, value: string | undefined): FieldTest {
  const name = written.toLowerCase();
  return {
    field: 'header',
    wanted: value === undefined ? name : `${name}: ${value}`,
    passes: ({ headers }) =>
      headers.some((line) => line.name === name && (value === undefined || line.value === value)),
    found: () => undefined,
  };
}
