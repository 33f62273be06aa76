import type { SessionKey } from '../session/session-key.ts';
import type { SessionStore, TouchRequest } from '../session/session-store.ts';
import { StoreOverloaded } from '../session/session-store.ts';
import type { TouchOutcome, UnknownOutcome } from '../session/touch-outcome.ts';
import type { CheckRun } from './check-run.ts';
import type { OpeningBudget } from './opening-budget.ts';

/**
 * What becomes of a credential that is unknown under the newest server key: it is looked up under the older ones (a key
 * rotation is no amnesty for ended sessions) and, on first use, opened. Known sessions never come here.
 *
 * Nobody may wait any more before each further round trip: then none is made.
 * @throws {StoreOverloaded} when no more sessions may be opened now
 * @throws {CheckAbandoned} or {StoreUnavailable} when nobody waits for the answer any more
 */
export async function findUnknown(
  store: SessionStore,
  run: CheckRun,
  unknown: UnknownOutcome,
  openings: OpeningBudget,
): Promise<TouchOutcome> {
  const { names } = run;
  if (names === undefined) throw new Error('the session has no name yet');
  const touchOf = (key: SessionKey): TouchRequest => ({
    key,
    rule: run.judging().rule,
    source: run.sourceRule(),
    trace: run.trace,
  });
  for (const olderKey of names.olderKeys()) {
    // One after the other: an older key that knows the session must be the only one that is written.
    run.assertAwaited();
    const older = await touched(store, touchOf(olderKey), run.deadlineAtMs);
    if (older.kind !== 'unknown') return older;
  }
  if (run.identified().opening !== 'first-use') return unknown;
  run.assertAwaited();
  if (!openings.take(run.policies.settings)) {
    throw new StoreOverloaded('openings per second are at their limit');
  }
  return store.open({ ...touchOf(names.key), opening: 'first-use', startedAtMs: run.loginAtMs });
}

function touched(
  store: SessionStore,
  request: TouchRequest,
  deadlineAtMs: number,
): Promise<TouchOutcome> {
  return new Promise((resolve, reject) => {
    store.touch(request, deadlineAtMs, { touched: resolve, failed: reject });
  });
}
