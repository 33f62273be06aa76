import { announceReplica } from './announce-replica.ts';
import { inspectRedis } from './inspect-redis.ts';
import type { OpenedStore, StoreOptions } from './opened-store.ts';
import { parseRedisAddress, StoreUrlError } from './redis-address.ts';
import { COMMAND_TIMEOUT_MS, openRedisClient, SOCKET_TIMEOUT_MS } from './redis-client.ts';
import { RedisConnection } from './redis-connection.ts';
import { readRedisSecrets } from './redis-secrets.ts';
import { renewSecrets } from './renew-secrets.ts';
import { RedisSessionStore } from './redis-session-store.ts';
import { textOf } from './resp-reply.ts';
import { SILENT_OBSERVER } from './store-observer.ts';

/** Connects in the background and for ever; until it is up every call fails at once. */
export async function openRedisStore(url: string, options: StoreOptions): Promise<OpenedStore> {
  const address = parseRedisAddress(url);
  const readSecrets = () => readRedisSecrets(options, address.isEncrypted);
  const secrets = await readSecrets();
  if (address.username !== undefined && secrets.password === undefined) {
    throw new StoreUrlError('the store URL names a user, but no file holds the password');
  }
  const commandTimeoutMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  const client = openRedisClient({ address, secrets, commandTimeoutMs });
  renewSecrets(client, readSecrets, options.secretsRejected);
  const connection = new RedisConnection({
    client,
    observer: options.observer ?? SILENT_OBSERVER,
    wallClock: options.clock,
    replyMaxMs: commandTimeoutMs,
    silenceMaxMs: SOCKET_TIMEOUT_MS,
  });
  const store = new RedisSessionStore(connection);
  return {
    kind: 'redis',
    store,
    hasAnswered: () => connection.hasAnswered,
    inspect: async () => inspectRedis(textOf(await connection.read('INFO'))),
    announce: async (own) => announceReplica(connection, own),
    close: async () => store.close(),
  };
}
