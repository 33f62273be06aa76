import type { HostAndPort } from '../../store-hosts.ts';
import type { ClusterAddress } from '../../store-location.ts';
import type { StoreOptions } from '../../opened-store.ts';
import { connectRedis, wayTo } from '../connection/connect-redis.ts';
import type { RedisPlace, WayToRedis } from '../connection/connect-redis.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { readRedisSecrets } from '../access/redis-secrets.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';

/** Opens a connection to a node in the background. */
export type NodeConnector = (
  address: HostAndPort,
  options: Omit<ConnectionOptions, 'client' | 'pace' | 'greeting'>,
) => RedisConnection;

/** Opens connections to nodes, and the clients of connections of another kind. */
export interface NodeWays {
  readonly connectNode: NodeConnector;
  readonly wayToNode: (address: HostAndPort) => WayToRedis;
}

/**
 * Reads the files of the store, and returns what opens connections to nodes. Every node has the same
 * secrets; a new connection is made with those that were read last.
 * @throws {StoreFilesError}
 */
export async function nodeConnector(
  { isEncrypted, username }: ClusterAddress,
  options: StoreOptions,
): Promise<NodeWays> {
  const login = { isEncrypted, username };
  let secrets: RedisSecrets = await readRedisSecrets(options, login);
  const readSecrets = async (): Promise<RedisSecrets> => {
    secrets = await readRedisSecrets(options, login);
    rejected = undefined;
    return secrets;
  };
  // Each connection reads the files, but one line in the log is enough.
  let rejected: string | undefined;
  const secretsRejected = (why: string): void => {
    if (why !== rejected) options.secretsRejected?.(why);
    rejected = why;
  };
  const placeOf = (host: HostAndPort): RedisPlace => {
    const address = { ...login, ...host, database: 0 }; // a Cluster has no other
    return { address, secrets, readSecrets, secretsRejected };
  };
  return {
    connectNode: (host, more) => connectRedis(placeOf(host), more, 'cluster'),
    wayToNode: (host) => wayTo(placeOf(host), 'cluster'),
  };
}
