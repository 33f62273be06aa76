import type { SessionKey, SessionNames } from '../session/session-key.ts';
import type {
  OpenRequest,
  SessionStore,
  SourceRule,
  TouchRequest,
  TouchRule,
} from '../session/session-store.ts';
import { StoreOverloaded } from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';

/** One credential to be looked up, and what may be done when nobody knows it. */
export interface SessionLookup {
  readonly names: SessionNames;
  readonly rule: TouchRule;
  readonly source: SourceRule;
  readonly opening: OpenRequest['opening'];
  /** The login time that the credential proves, for an opening. */
  readonly startedAtMs: number | undefined;
  /** Asked only when the credential is unknown and its source opens on first use. */
  mayOpen(): boolean;
  /**
   * Asked before each further round trip: a cancelled or overdue call does no store work.
   * @throws {CheckAbandoned} or {StoreUnavailable} when nobody waits for the answer any more.
   */
  assertAwaited(): void;
}

/**
 * Touches the session; an unknown one is looked up under the older server keys (a key rotation is no amnesty for
 * ended sessions) and, on first use, opened. Known sessions cost one round trip.
 * @throws {StoreOverloaded} when the credential is unknown and no more sessions may be opened now.
 */
export async function findSession(
  store: SessionStore,
  lookup: SessionLookup,
): Promise<TouchOutcome> {
  const current = await touched(store, touchOf(lookup.names.key, lookup));
  if (current.kind !== 'unknown') return current;
  for (const olderKey of lookup.names.olderKeys()) {
    // One after the other: an older key that knows the session must be the only one that is written.
    lookup.assertAwaited();
    const older = await touched(store, touchOf(olderKey, lookup));
    if (older.kind !== 'unknown') return older;
  }
  if (lookup.opening !== 'first-use') return current;
  lookup.assertAwaited();
  if (!lookup.mayOpen()) throw new StoreOverloaded('openings per second are at their limit');
  return store.open({
    ...touchOf(lookup.names.key, lookup),
    opening: 'first-use',
    startedAtMs: lookup.startedAtMs,
  });
}

// Without a deadline of its own: the whole lookup has one.
function touched(store: SessionStore, request: TouchRequest): Promise<TouchOutcome> {
  return new Promise((resolve, reject) => {
    store.touch(request, Infinity, { touched: resolve, failed: reject });
  });
}

function touchOf(key: SessionKey, lookup: SessionLookup): TouchRequest {
  return { key, rule: lookup.rule, source: lookup.source };
}
