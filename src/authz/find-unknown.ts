import type { SessionKey } from '../session/session-key.ts';
import type { SessionStore, TouchRequest } from '../session/session-store.ts';
import type { TouchOutcome, UnknownOutcome } from '../session/touch-outcome.ts';
import type { CheckRun } from './check-run.ts';
import type { OpeningBudget } from './opening-budget.ts';
import { OpeningsAtLimit } from './openings-at-limit.ts';
import { ServerKeysIncomplete } from './server-keys-incomplete.ts';

/**
 * What becomes of a credential that is unknown under the key that is written with: it is looked up under the others (a
 * key rotation is no amnesty for ended sessions) and, on first use, opened. Known sessions never come here.
 *
 * Nobody may wait any more before each further round trip: then none is made.
 * @throws {OpeningsAtLimit} when no more sessions may be opened now
 * @throws {ServerKeysIncomplete} when it may be known under a key that this replica lacks
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
  const otherKeys = names.olderKeys();
  for (const otherKey of otherKeys) {
    // One after the other: the key that knows the session must be the only one that is written.
    run.assertAwaited();
    const other = await touched(store, touchOf(otherKey), run.deadlineAtMs);
    if (other.kind !== 'unknown') return other;
  }
  run.assertKeysComplete();
  if (run.identified().opening !== 'first-use') return unknown;
  run.assertAwaited();
  if (!openings.take(run.policies.settings)) {
    throw new OpeningsAtLimit();
  }
  const key = await settledName(store, run, names.key, otherKeys);
  return store.open({ ...touchOf(key), opening: 'first-use', startedAtMs: run.loginAtMs });
}

/**
 * The name under which to open. With several keys, another replica may write with another one at this moment: both then
 * open under the same name. All names are asked in their order, and what one has settled is what the next is asked for:
 * so two replicas agree whenever they have one key in common, whatever other keys either has.
 */
async function settledName(
  store: SessionStore,
  run: CheckRun,
  own: SessionKey,
  others: readonly SessionKey[],
): Promise<SessionKey> {
  if (others.length === 0) return own;
  const names = [own, ...others].toSorted();
  let settled = own;
  for (const at of names) {
    settled = await store.claim(at, settled);
    if (!names.includes(settled)) {
      throw new ServerKeysIncomplete(
        'another replica opens this session with a key that this one lacks',
      );
    }
    run.assertAwaited();
  }
  return settled;
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
