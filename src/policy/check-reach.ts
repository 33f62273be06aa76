import { reachOf } from './build-policy.ts';
import type { DraftFile } from './check-schema.ts';
import { FILE_LIMITS } from './file-limits.ts';
import { matcherCovers } from './matcher-covers.ts';
import type { MatcherEntry } from './policy-file.ts';
import type { Report } from './problem.ts';

/** Every request has a policy, and every policy can get a request. */
export function checkReach({ policies, settings }: DraftFile, report: Report): void {
  const lastIndex = policies.length - 1;
  const last = policies[lastIndex];
  if (last?.match !== undefined) {
    report(
      ['policies', lastIndex, 'match'],
      'the last policy must catch the rest, so it has no match',
      'add a policy without match at the end',
      'key',
    );
  }
  policies.forEach((policy, i) => {
    if (policy === undefined || i === lastIndex || reachOf(policy, false) !== 'rest') return;
    report(
      ['policies', i],
      'has no match, so it catches everything, and the policies behind it get nothing',
      'move it to the end, give it match, or make it reachable by name only: by_name: true',
    );
  });
  const total = policies.reduce((sum, policy) => sum + (policy?.match?.length ?? 0), 0);
  if (total > FILE_LIMITS.matchersTotalMax) {
    report(
      ['policies'],
      `have ${total} matchers, more than ${FILE_LIMITS.matchersTotalMax}`,
      undefined,
      'key',
    );
  } else checkCovered(policies, settings.ambiguous_paths ?? 'strictest', report);
}

function checkCovered(
  policies: DraftFile['policies'],
  ambiguousPaths: 'strictest' | 'literal',
  report: Report,
): void {
  const paths = ambiguousPaths === 'literal' ? 'literal' : 'canonical';
  const earlier: { readonly name: string; readonly matcher: MatcherEntry }[] = [];
  policies.forEach((policy, i) => {
    if (policy?.match === undefined) return;
    const coverOf = (matcher: MatcherEntry) =>
      earlier.find((candidate) => matcherCovers(candidate.matcher, matcher, paths));
    if (policy.by_name !== true) {
      const covers = policy.match.map(coverOf);
      if (covers.every((cover) => cover !== undefined)) {
        const owners = [...new Set(covers.map((cover) => `"${cover.name}"`))].join(', ');
        report(
          ['policies', i, 'match'],
          `can never be reached: all that it matches is matched by ${owners} before`,
          'first match wins: move it up, or remove it',
          'key',
        );
      }
    }
    for (const matcher of policy.match) earlier.push({ name: policy.name, matcher });
  });
}
