import type { CheckDependencies } from './check-dependencies.ts';
import { OpeningBudget } from './opening-budget.ts';
import { KnownSubjects } from './subjects/known-subjects.ts';

/** What the check handler works with: what it was given, and what it keeps from check to check. */
export interface CheckTools extends CheckDependencies {
  readonly openings: OpeningBudget;
  readonly knownSubjects: KnownSubjects;
}

export function checkTools(deps: CheckDependencies): CheckTools {
  const { monotonicMs } = deps.clock;
  return {
    ...deps,
    openings: new OpeningBudget(monotonicMs),
    knownSubjects: new KnownSubjects(monotonicMs()),
  };
}
