import type { DraftFile } from './check-schema.ts';
import { suggestion } from './nearest-word.ts';
import type { Report } from './problem.ts';

/** Every name is given once, and every name that is used was given. */
export function checkNames({ sources, policies }: DraftFile, report: Report): void {
  const sourceNames = names(sources, 'sources', report);
  names(policies, 'policies', report);
  policies.forEach((policy, i) => {
    policy?.sources?.forEach((source, j) => {
      const path = ['policies', i, 'sources', j];
      // A source that is broken may well have the name.
      if (!sourceNames.has(source) && !sources.includes(undefined)) {
        report(path, `there is no source "${source}"`, suggestion(source, sourceNames));
      }
      if (policy.sources?.indexOf(source) !== j) report(path, `names "${source}" twice`);
    });
  });
}

function names(
  entries: readonly ({ readonly name: string } | undefined)[],
  list: 'sources' | 'policies',
  report: Report,
): ReadonlySet<string> {
  const seen = new Set<string>();
  entries.forEach((entry, i) => {
    if (entry === undefined) return;
    if (seen.has(entry.name)) {
      report([list, i, 'name'], 'the name is taken by an earlier entry', 'names must differ');
    }
    seen.add(entry.name);
  });
  return seen;
}
