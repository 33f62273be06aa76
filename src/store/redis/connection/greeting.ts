import { StoreUnavailable } from '../../../session/session-store.ts';
import { schemeText } from '../../store-location.ts';
import type { UrlScheme } from '../../store-location.ts';
import { infoFields, isClusterNode, isSentinel } from '../info-fields.ts';
import { textOf } from '../read-reply.ts';
import { StoreRefusal } from '../store-fault.ts';
import { PARTITION_COUNT, partitionKeys, REPLICAS_KEY } from '../store-keys.ts';
import type { RespReply } from '../wire/resp.ts';

/** What a new connection begins with. */
export interface Greeting {
  readonly username: string | undefined;
  /** It may be replaced between two connections. */
  readonly password: string | undefined;
  readonly database: number;
  /**
   * That of the store URL. One server must have every key, and one that Sentinels have named may be
   * anything. A node of a Cluster is one of many, a replica too: it redirects what it does not have.
   */
  readonly scheme: UrlScheme;
}

/** Sends a plain command on the new connection. */
export type Ask = (...words: readonly string[]) => Promise<RespReply>;

/**
 * Logs in, selects the database and asks the server what it is, in one round trip. Nothing else is
 * sent on a connection before, so that no call ever reaches a replica, another database, or a server
 * that is still loading its data.
 *
 * @throws {StoreUnavailable} the server must not be used, with the reason
 */
export async function greet(ask: Ask, greeting: Greeting): Promise<void> {
  const { username, password, database, scheme } = greeting;
  const user = username === undefined ? [] : [username];
  const [login, selection, info] = await Promise.allSettled([
    password === undefined ? 'nothing to do' : ask('AUTH', ...user, password),
    database === 0 ? 'nothing to do' : ask('SELECT', String(database)),
    ask('INFO'),
  ]);
  if (login.status === 'rejected' && !isNeedless(login.reason)) throw login.reason;
  if (info.status === 'rejected') throw info.reason;
  const fields = infoFields(textOf(info.value));
  if (selection.status === 'rejected') {
    throw unselectable(database, selection.reason, isClusterNode(fields));
  }
  if (fields.get('loading') === '1') throw new StoreRefusal('LOADING');
  if (scheme.kind === 'cluster') {
    refuseStranger(fields, scheme);
    return;
  }
  if (fields.get('role') === 'slave') throw new StoreRefusal('READONLY');
  if (scheme.kind === 'sentinel' && fields.get('role') !== 'master') {
    throw new StoreUnavailable('refused', 'the server that the Sentinels name is not a primary');
  }
  if (isClusterNode(fields)) await findEveryKey(ask);
}

/** Refuses what is not a node of a Cluster, as far as it says what it is. */
function refuseStranger(fields: ReadonlyMap<string, string>, { isEncrypted }: UrlScheme): void {
  if (isSentinel(fields)) {
    const scheme = schemeText({ kind: 'sentinel', isEncrypted });
    const what = `it is a Sentinel; write ${scheme}HOST:PORT/NAME with the name of the primary`;
    throw new StoreUnavailable('refused', what);
  }
  if (fields.get('cluster_enabled') === '0') {
    const scheme = schemeText({ kind: 'redis', isEncrypted });
    throw new StoreUnavailable('refused', `it is not a node of a Redis Cluster; write ${scheme}`);
  }
}

// A server without passwords answers ERR to a password; whether it can be used, INFO shows.
function isNeedless(fault: unknown): boolean {
  return fault instanceof StoreRefusal && fault.word === 'ERR';
}

function unselectable(database: number, fault: unknown, isOfCluster: boolean): unknown {
  if (!(fault instanceof StoreRefusal)) return fault;
  const known = fault.word === 'NOPERM' ? 'the ACL user needs +select' : 'it has fewer databases';
  const hint = isOfCluster ? 'a Redis Cluster has only database 0' : known;
  return new StoreUnavailable(
    'refused',
    `database ${database} cannot be selected: ${fault.word} (${hint})`,
  );
}

// A node of a Cluster that has all slots can be used like any other server. One that lacks some
// would refuse a part of the sessions.
async function findEveryKey(ask: Ask): Promise<void> {
  const keys = Array.from(
    { length: PARTITION_COUNT },
    (_, index) => partitionKeys(index).deadlines,
  );
  await Promise.all([REPLICAS_KEY, ...keys].map(async (key) => ask('EXISTS', key)));
}
