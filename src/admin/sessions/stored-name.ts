import { settledName } from '../../authz/find-unknown.ts';
import type { SettledName } from '../../authz/find-unknown.ts';
import type { SessionNames } from '../../session/session-key.ts';
import type { SessionStore } from '../../session/session-store.ts';
import { NO_DEADLINE } from './no-deadline.ts';

/**
 * The name under which an unknown credential is stored, as a check settles it: another replica may
 * open it at this moment.
 * @throws {ServerKeysIncomplete} when that is a name under a key that this replica lacks, or is not agreed on
 */
export async function storedName(store: SessionStore, names: SessionNames): Promise<SettledName> {
  return settledName(store, { run: NO_DEADLINE, names }, names.olderKeys());
}
