import { StoreUnavailable } from '../../session/session-store.ts';
import type { StoreWarning } from '../store-inspection.ts';
import type { ScriptRunner } from './connection/script-runner.ts';
import { StoreRefusal } from './store-fault.ts';

/** Belongs to Curfew, and nothing ever writes it. */
const KEY = 'curfew:1:permissions';

/**
 * Tries every command once, so that a missing permission is named before a user meets it. Nothing is
 * changed. Returns what is missing that is not needed to decide: `WAIT` and `SPUBLISH`.
 *
 * @param aclFile the file of deploy/redis that has the rights which are needed
 * @throws {StoreUnavailable} the user may not run all commands that are needed; it names them
 */
export async function tryPermissions(
  connection: Pick<ScriptRunner, 'run' | 'read'>,
  key: string = KEY,
  aclFile = 'users.acl',
): Promise<readonly StoreWarning[]> {
  const attempt = async () => connection.run('permissions', [key], [], ['permitted']);
  // The first one leaves as EVAL, the second as EVALSHA.
  const [{ words }] = await Promise.all([attempt(), attempt()]);
  const forbidden = words.filter((word) => word !== PUBLISH);
  if (forbidden.length > 0) {
    throw new StoreUnavailable(
      'refused',
      `the ACL user may not run ${forbidden.join(', ')}; it needs the rights of deploy/redis/${aclFile}`,
    );
  }
  const waits = await waitWarnings(connection);
  return words.includes(PUBLISH) ? [...waits, PUBLISH_FORBIDDEN] : waits;
}

/** It publishes ends to other replicas, which would notice them a little later without it. */
const PUBLISH = 'spublish';
const PUBLISH_FORBIDDEN: StoreWarning = {
  kind: 'publish_forbidden',
  text: 'the ACL user may not run spublish on the channels curfew:1:*, so no replica uses leases; give it +spublish +ssubscribe &curfew:1:*',
};

// A script may not call WAIT. For no replicas it returns at once.
async function waitWarnings(connection: Pick<ScriptRunner, 'read'>): Promise<StoreWarning[]> {
  try {
    await connection.read('WAIT', '0', '0');
    return [];
  } catch (fault) {
    if (!(fault instanceof StoreRefusal && fault.word === 'NOPERM')) throw fault;
    const text =
      'the ACL user may not run wait: ends on request are never confirmed as durable; give it +wait';
    return [{ kind: 'wait_forbidden', text }];
  }
}
