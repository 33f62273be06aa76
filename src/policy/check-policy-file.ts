import { checkAdmission } from './check-admission.ts';
import { checkContradictions } from './check-contradictions.ts';
import { checkLimits } from './check-limits.ts';
import { checkLogin } from './check-login.ts';
import { checkMatchers } from './check-matchers.ts';
import { checkNames } from './check-names.ts';
import { checkReach } from './check-reach.ts';
import type { DraftFile } from './check-schema.ts';
import { checkSource } from './check-source.ts';
import type { Report } from './problem.ts';

/** Checks what a file means, as far as its structure holds. */
export function checkPolicyFile(draft: DraftFile, report: Report, warn: Report): void {
  const paths = draft.settings.ambiguous_paths ?? 'strictest';
  checkNames(draft, report);
  draft.sources.forEach((source, i) => {
    if (source !== undefined)
      checkSource(source, below(i, 'sources', report), below(i, 'sources', warn));
  });
  draft.policies.forEach((policy, i) => {
    if (policy === undefined) return;
    const reportHere = below(i, 'policies', report);
    const warnHere = below(i, 'policies', warn);
    checkLimits(policy, reportHere, warnHere);
    checkContradictions(policy, reportHere, warnHere);
    checkMatchers(policy, paths, reportHere, warnHere);
  });
  checkReach(draft, report);
  checkAdmission(draft, report, warn);
  checkLogin(draft, report, warn);
}

/** Reports about one entry, whose own paths begin at the entry. */
function below(index: number, list: 'sources' | 'policies', report: Report): Report {
  return (path, ...told) => report([list, index, ...path], ...told);
}
