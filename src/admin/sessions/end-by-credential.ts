import { assertKeysComplete } from '../../authz/find-unknown.ts';
import type { EndOutcome } from '../../session/end-request.ts';
import type { SessionKey, SessionNames } from '../../session/session-key.ts';
import type { RequestedEnd } from '../../session/session-record.ts';
import type { SessionStore } from '../../session/session-store.ts';
import type { KnownSource } from './known-source.ts';
import { storedName } from './stored-name.ts';

export interface CredentialEnd {
  readonly known: KnownSource;
  readonly names: SessionNames;
  readonly by: RequestedEnd;
}

/** What came of it, and the key under which the session is stored. */
export interface EndedCredential {
  readonly key: SessionKey;
  readonly outcome: EndOutcome;
}

/**
 * Ends the session of a credential under whichever key it is stored. One that was not seen yet
 * leaves a tombstone if it would open a session on first use.
 * @throws {ServerKeysIncomplete} when it may be known under a key that this replica lacks
 * @throws {StoreUnavailable}
 */
export async function endByCredential(
  store: SessionStore,
  whyKeysIncomplete: () => string | undefined,
  { known: { source, rule }, names, by }: CredentialEnd,
): Promise<EndedCredential> {
  const end = async (
    key: SessionKey,
    unknown: 'leave' | 'tombstone',
  ): Promise<EndedCredential> => ({
    key,
    outcome: await store.end({ key, source: rule, by, unknown }),
  });
  for (const key of [names.key, ...names.olderKeys()]) {
    // oxlint-disable-next-line no-await-in-loop -- the key that is written with usually knows it
    const ended = await end(key, 'leave');
    if (ended.outcome.kind !== 'unknown') return ended;
  }
  assertKeysComplete({ whyKeysIncomplete });
  if (source.opening !== 'first-use') return { key: names.key, outcome: { kind: 'unknown' } };
  return end((await storedName(store, names)).name, 'tombstone');
}
