import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { findUnknown, type FindDependencies } from './find-unknown.ts';
import type { NamedCheck } from './named-check.ts';
import { isSubjectSettled, settleSubject } from './subjects/settle-subject.ts';

/** Whether the first reply of the store says it all, as for nearly every check. */
export function isSettled(
  check: NamedCheck,
  selection: PreparedSelection,
  outcome: TouchOutcome,
): boolean {
  switch (outcome.kind) {
    case 'live':
      return isSubjectSettled(check, outcome);
    case 'expired':
    case 'ended':
      return true;
    case 'unknown':
      // A prefetch opens nothing.
      return selection.isPrefetch && check.source.opening === 'first-use';
    default:
      return outcome satisfies never;
  }
}

/** Asks the store for the rest: where else the session may be, and whose it is. */
export async function settleTouch(
  deps: FindDependencies,
  check: NamedCheck,
  outcome: TouchOutcome,
): Promise<TouchOutcome> {
  const found = outcome.kind === 'unknown' ? await findUnknown(deps, check, outcome) : outcome;
  return settleSubject(deps, check, found);
}
