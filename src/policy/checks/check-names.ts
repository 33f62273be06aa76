import { sessionOf } from '../build/build-policy.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { ReadableEntry } from '../file/readable-entry.ts';
import { suggestion } from '../../terms/nearest-word.ts';
import type { Report } from '../file/problem.ts';
import { reportBelow } from '../file/problem.ts';

/** Every name is unique, and every source that a policy names exists. */
export function checkNames(draft: DraftFile, report: Report): void {
  const sourceNames = checkUnique(draft.readableSources, 'sources', report);
  checkUnique(draft.readablePolicies, 'policies', report);
  draft.readablePolicies.forEach((policy, i) => {
    if (policy === undefined) return;
    const { sources, leave } = policy.entry;
    const here = reportBelow(['policies', i], report);
    checkSourceNames(sources ?? [], sourceNames, reportBelow(['sources'], here));
    checkSourceNames(leave ?? [], sourceNames, reportBelow(['leave'], here));
    const reads = sessionOf(policy.entry) !== 'off';
    if (reads && sources === undefined && isAll(leave, sourceNames)) {
      here(['leave'], 'leaves no source whose sessions could be read', 'remove one of its names');
    }
    leave?.forEach((source, j) => {
      if (sources?.includes(source) !== true) return;
      here(['leave', j], `"${source}" is also among \`sources\``, 'remove it from one of the two');
    });
  });
}

function isAll(names: readonly string[] = [], known: ReadonlySet<string> | undefined): boolean {
  return known !== undefined && known.size > 0 && [...known].every((name) => names.includes(name));
}

/** @param known `undefined` if the names of the file's sources are not all known */
function checkSourceNames(
  list: readonly string[],
  known: ReadonlySet<string> | undefined,
  report: Report,
): void {
  list.forEach((source, i) => {
    if (known?.has(source) === false) {
      report([i], `there is no source "${source}"`, suggestion(source, known));
    }
    if (list.indexOf(source) !== i) {
      report([i], `names "${source}" twice`, 'remove one of the two');
    }
  });
}

/** @returns all names, or `undefined` if some are not known */
function checkUnique(
  entries: readonly (ReadableEntry<{ readonly name: string }> | undefined)[],
  list: 'sources' | 'policies',
  report: Report,
): ReadonlySet<string> | undefined {
  const seen = new Set<string>();
  let allKnown = true;
  entries.forEach((readable, i) => {
    if (readable === undefined || readable.broken.has('name')) {
      allKnown = false;
      return;
    }
    const { name } = readable.entry;
    if (seen.has(name)) {
      report([list, i, 'name'], 'an earlier entry has the same name', 'choose another name');
    }
    seen.add(name);
  });
  return allKnown ? seen : undefined;
}
