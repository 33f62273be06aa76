import type { SessionKey, SessionNames } from '../session/session-key.ts';
import type { SessionStore, TouchRequest } from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { CheckRun } from './check-run.ts';

/** A touch as a promise, for the checks that need more than one. */
export function touchOnce(
  store: SessionStore,
  request: TouchRequest,
  deadlineAtMs: number,
): Promise<TouchOutcome> {
  return new Promise((resolve, reject) => {
    store.touch(request, deadlineAtMs, { touched: resolve, failed: reject });
  });
}

/** A credential of a check, by all names that its session may have. */
export interface StoredCredential {
  readonly run: Pick<CheckRun, 'assertAwaited'>;
  readonly names: SessionNames;
  /** Notes the name under which the session is stored. */
  isStoredAs(key: SessionKey): void;
}

/**
 * Looks a session up under its older names, one after the other: the key that knows the session
 * must be the only one that is written. `undefined`: none of them knows it.
 *
 * Before each round trip it makes sure that the answer is still awaited.
 */
export async function findUnderOlderKeys<Outcome extends { readonly kind: string }>(
  check: StoredCredential,
  ask: (key: SessionKey) => Promise<Outcome>,
): Promise<Outcome | undefined> {
  for (const olderKey of check.names.olderKeys()) {
    check.run.assertAwaited();
    const outcome = await ask(olderKey);
    if (outcome.kind === 'unknown') continue;
    check.isStoredAs(olderKey);
    return outcome;
  }
  return undefined;
}
