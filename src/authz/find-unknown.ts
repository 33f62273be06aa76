import { openableClaim, type Claim } from '../session/claim.ts';
import type { SessionKey } from '../session/session-key.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { TouchOutcome, UnknownOutcome } from '../session/touch-outcome.ts';
import { findUnderOlderKeys, touchOnce, type StoredCredential } from './ask-store.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import type { CheckTools } from './check-tools.ts';
import { OpeningsAtLimit, ServerKeysIncomplete } from './check-faults.ts';
import type { NamedCheck } from './named-check.ts';
import { openForSubject } from './subjects/open-for-subject.ts';

/** What it needs. */
export type FindDependencies = Pick<
  CheckTools,
  'store' | 'directory' | 'whyKeysIncomplete' | 'openings'
>;

/**
 * Looks up a credential that is unknown under the key that is written with. First it asks under all
 * other keys, because ended sessions stay ended when a key is replaced. Then, on first use, it
 * opens a session. Known sessions never come here.
 *
 * Before each further round trip it makes sure that the answer is still awaited.
 * @throws {OpeningsAtLimit} when no more sessions may be opened now
 * @throws {ServerKeysIncomplete} when it may be known under a key that this replica lacks
 * @throws {CheckAbandoned} or {StoreUnavailable} when the answer is not awaited any more
 */
export async function findUnknown(
  deps: FindDependencies,
  check: NamedCheck,
  unknown: UnknownOutcome,
): Promise<TouchOutcome> {
  const { store, openings } = deps;
  const { run, names, source, loginAtMs } = check;
  const known = await findUnderOlderKeys(check, (key) =>
    touchOnce(store, check.touchOf(key), run.deadlineAtMs),
  );
  if (known !== undefined) return known;
  assertKeysComplete(deps);
  if (source.opening !== 'first-use') return unknown;
  run.assertAwaited();
  if (!openings.take(run.policies.settings)) throw new OpeningsAtLimit();
  const others = names.olderKeys();
  const { name: key, claim } = await settledName(store, check, others);
  check.isStoredAs(key);
  const { subject } = check;
  const request = {
    ...check.touchOf(key),
    opening: 'first-use',
    startedAtMs: loginAtMs,
    // A token proves when its login was, so that it cannot restart an absolute timeout.
    onStoreLoss: source.place.kind === 'jwt' ? 'continue' : run.policies.settings.onStoreLoss,
    claim,
  } as const;
  if (subject === undefined) return store.open(request);
  return openForSubject(deps, check, { subject, request, nowMs: unknown.nowMs });
}

/**
 * A session that is unknown under all keys is unknown only where no key is missing.
 * @throws {ServerKeysIncomplete}
 */
export function assertKeysComplete(deps: Pick<CheckDependencies, 'whyKeysIncomplete'>): void {
  const why = deps.whyKeysIncomplete();
  if (why !== undefined) throw new ServerKeysIncomplete(why);
}

/** The name under which to open. */
export interface SettledName {
  readonly name: SessionKey;
  /** The token of its claim; `undefined`: there is only one name. */
  readonly claim: string | undefined;
}

/**
 * Settles the name under which to open. With several keys, another replica may be writing with a
 * different one at this moment. Both must open under the same name. So each asks all names in one
 * order, and claims at each name what the name before it has settled. Two replicas agree whenever
 * they have one key in common, whatever other keys either has.
 * @throws {ServerKeysIncomplete} where they do not agree, until the claims have gone
 */
export async function settledName(
  store: SessionStore,
  { run, names }: Pick<StoredCredential, 'run' | 'names'>,
  others: readonly SessionKey[],
): Promise<SettledName> {
  if (others.length === 0) return { name: names.key, claim: undefined };
  const candidates = [names.key, ...others].toSorted();
  const claims = new Map<SessionKey, Claim>();
  let settled = names.key;
  for (const candidate of candidates) {
    const claim = await store.claim(candidate, settled);
    claims.set(candidate, claim);
    settled = claim.name;
    if (!candidates.includes(settled)) {
      throw new ServerKeysIncomplete(
        'another replica opens this session with a key that this one lacks',
      );
    }
    run.assertAwaited();
  }
  const own = openableClaim(claims);
  if (own === undefined) {
    throw new ServerKeysIncomplete(
      'two openings of this session are under way, each with a key of its own; they are over in a minute',
    );
  }
  return { name: own.name, claim: own.token };
}
