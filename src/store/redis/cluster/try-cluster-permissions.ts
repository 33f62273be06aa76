import { StoreUnavailable } from '../../../session/session-store.ts';
import type { StoreWarning } from '../../store-inspection.ts';
import { StoreRefusal } from '../store-fault.ts';
import { partitionKeys } from '../store-keys.ts';
import { tryPermissions } from '../try-permissions.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { shardsOf } from './shards.ts';
import type { Shard } from './shards.ts';

/**
 * Tries every command once on each primary that is up, since each has users of its own. Returns what
 * ends on request lack, once.
 *
 * @throws {StoreUnavailable} the user may not run all commands that are needed; it names them
 */
export async function tryClusterPermissions(
  connection: ClusterConnection,
): Promise<readonly StoreWarning[]> {
  const shards = shardsOf(connection).filter(({ node }) => node.isUp);
  const found = await Promise.all(shards.map(tryOn));
  const all = new Map(found.flat().map((warning) => [warning.kind, warning]));
  return [...all.values()];
}

const ACL_FILE = 'cluster/users.acl';

async function tryOn({ node, partitions }: Shard): Promise<readonly StoreWarning[]> {
  const { connection } = node;
  try {
    await connection.read('ASKING');
  } catch (fault) {
    if (!(fault instanceof StoreRefusal && fault.word === 'NOPERM')) throw fault;
    throw new StoreUnavailable(
      'refused',
      `the ACL user may not run asking; it needs the rights of deploy/redis/${ACL_FILE}`,
    );
  }
  return tryPermissions(connection, partitionKeys(partitions[0] ?? 0).permissions, ACL_FILE);
}
