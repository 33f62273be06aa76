import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import type { LoginOutcome } from '../session/session-store.ts';
import { findUnderOlderKeys } from './ask-store.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import { assertKeysComplete } from './find-unknown.ts';
import type { CheckRun } from './check-run.ts';
import type { SeveralValues } from './judge-several.ts';
import { NamedCheck } from './named-check.ts';
import { presented } from './prove-credential.ts';
import { visitRightsOf } from './visit-rights.ts';

/**
 * Asks the store about the session of a credential on a page or call of a login. It opens nothing,
 * so an unknown credential costs no opening.
 * @throws {ServerKeysIncomplete} when it may be known under a key that this replica lacks
 * @throws {CheckAbandoned} or {StoreUnavailable} when the answer is not awaited any more
 */
export async function visitLogin(
  deps: Pick<CheckDependencies, 'store' | 'whyKeysIncomplete'>,
  check: NamedCheck,
): Promise<LoginOutcome> {
  const rights = visitRightsOf(check.run.facts, check.selection);
  const ask = (key: NamedCheck['names']['key']): Promise<LoginOutcome> =>
    deps.store.visitLogin(check.visitOf(key, rights));
  check.run.assertAwaited();
  const outcome = await ask(check.names.key);
  if (outcome.kind !== 'unknown') return outcome;
  const known = await findUnderOlderKeys(check, ask);
  if (known !== undefined) return known;
  assertKeysComplete(deps);
  return outcome;
}

/**
 * Whether the credential stays on the request. An unknown one does: a login may be in progress. One
 * of a session that is over or replaced does not, or the application would keep it for the new
 * login, and its user would be refused again.
 */
export function staysOnRequest(outcome: LoginOutcome): boolean {
  switch (outcome.kind) {
    case 'unknown':
    case 'live':
    case 'over':
      return true;
    case 'ended':
    case 'marked':
      return false;
    default:
      return outcome satisfies never;
  }
}

/** What the visits with several values of one cookie come to. */
export interface SeveralVisits {
  readonly outcomes: readonly LoginOutcome[];
  /** The credentials that the application must not see. */
  readonly removed: ReadonlySet<string>;
}

/** Visits a login with each of several values of one cookie, as if it had come alone. */
export async function visitSeveral(
  deps: Pick<CheckDependencies, 'store' | 'whyKeysIncomplete'>,
  run: CheckRun,
  selection: PreparedSelection,
  { source, values }: SeveralValues,
): Promise<SeveralVisits> {
  const visits = await Promise.all(
    values.map(async ({ credential }) => {
      const check = new NamedCheck(run, selection, presented({ source, credential }));
      return { credential, outcome: await visitLogin(deps, check) };
    }),
  );
  const leaving = visits.filter(({ outcome }) => !staysOnRequest(outcome));
  return {
    outcomes: visits.map(({ outcome }) => outcome),
    removed: new Set(leaving.map(({ credential }) => credential)),
  };
}
