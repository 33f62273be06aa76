import { reachOf } from '../build/build-policy.ts';
import type { DraftFile } from '../file/check-schema.ts';
import { FILE_LIMITS } from '../file/file-limits.ts';
import { matcherCovers } from '../selection/fields/matcher-fields.ts';
import { coversPath, prepareMatcher } from './prepared-matcher.ts';
import type { PreparedMatcher } from './prepared-matcher.ts';
import type { Findings } from '../file/problem.ts';

/** Every request has a policy, and every policy has requests. */
export function checkReach({ policies, settings }: DraftFile, findings: Findings): void {
  const { problem } = findings;
  const lastIndex = policies.length - 1;
  const last = policies[lastIndex];
  if (last?.match !== undefined) {
    problem(
      ['policies', lastIndex, 'match'],
      'the last policy must match every remaining request, so it may not have `match`',
      'add a policy without `match` at the end',
      'key',
    );
  }
  policies.forEach((policy, i) => {
    if (policy === undefined || i === lastIndex || reachOf(policy, false) !== 'rest') return;
    problem(
      ['policies', i],
      'has no `match`, so it matches every request and the policies after it are never used',
      'move it to the end, add `match`, or write by_name: true to use it by name only',
    );
  });
  const total = policies.reduce((sum, policy) => sum + (policy?.match?.length ?? 0), 0);
  if (total > FILE_LIMITS.matchersTotalMax) {
    problem(
      ['policies'],
      `have ${total} matchers in all, but at most ${FILE_LIMITS.matchersTotalMax} are allowed`,
      'combine matchers, for example with "*" and "**" in their paths',
      'key',
    );
  } else checkCovered(policies, settings.ambiguous_paths ?? 'strictest', findings);
}

function checkCovered(
  policies: DraftFile['policies'],
  ambiguousPaths: 'strictest' | 'literal',
  { problem, assumed }: Findings,
): void {
  const paths = ambiguousPaths === 'literal' ? 'literal' : 'canonical';
  const earlier: { readonly name: string; readonly matcher: PreparedMatcher }[] = [];
  policies.forEach((policy, i) => {
    if (policy?.match === undefined) return;
    const own = policy.match.map((matcher) => prepareMatcher(matcher, paths));
    const coverOf = (matcher: PreparedMatcher) =>
      earlier.find((candidate) => covers(candidate.matcher, matcher, paths));
    const wasCovered = (matcher: PreparedMatcher) =>
      earlier.some(
        (candidate) =>
          covers(candidate.matcher, matcher, paths) && didCover(candidate.matcher, matcher),
      );
    if (policy.by_name !== true) {
      const covered = own.map(coverOf);
      if (covered.every((cover) => cover !== undefined)) {
        const owners = [...new Set(covered.map((cover) => `"${cover.name}"`))].join(', ');
        const report = own.every(wasCovered) ? problem : assumed;
        report(
          ['policies', i, 'match'],
          `is never used: every request that it matches is matched first by ${owners}`,
          'the first match wins: move this policy up, or remove it',
          'key',
        );
      }
    }
    for (const matcher of own) earlier.push({ name: policy.name, matcher });
  });
}

/** The paths first, because they differ most often. */
function covers(
  wide: PreparedMatcher,
  narrow: PreparedMatcher,
  paths: 'canonical' | 'literal',
): boolean {
  return coversPath(wide, narrow) && matcherCovers(wide.entry, narrow.entry, paths);
}

/**
 * Whether a matcher that covers another one already did so in earlier versions, which kept paths with
 * and without a final slash apart, and GET and HEAD.
 */
function didCover({ entry: wide }: PreparedMatcher, { entry: narrow }: PreparedMatcher): boolean {
  const { path, methods } = wide;
  const isOpen = path === undefined || path.endsWith('/**');
  return (
    (isOpen || hasFinalSlash(path) === hasFinalSlash(narrow.path ?? '')) &&
    (methods === undefined || narrow.methods?.every((method) => methods.includes(method)) === true)
  );
}

function hasFinalSlash(path: string): boolean {
  return path.length > 1 && path.endsWith('/');
}
