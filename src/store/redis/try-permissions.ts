import { StoreUnavailable } from '../../session/session-store.ts';
import type { StoreWarning } from '../store-inspection.ts';
import type { ScriptRunner } from './connection/script-runner.ts';
import { StoreRefusal } from './store-fault.ts';

/** Belongs to Curfew, and nothing ever writes it. */
const KEY = 'curfew:1:permissions';

/**
 * Tries every command once, so that a missing permission is named before a user meets it. Nothing is
 * changed. Returns what ends on request lack without `WAIT`, which is not needed to decide.
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
  const [{ words: forbidden }] = await Promise.all([attempt(), attempt()]);
  if (forbidden.length > 0) {
    throw new StoreUnavailable(
      'refused',
      `the ACL user may not run ${forbidden.join(', ')}; it needs the rights of deploy/redis/${aclFile}`,
    );
  }
  return waitWarnings(connection);
}

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
