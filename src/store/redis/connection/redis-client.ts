import type { Duplex } from 'node:stream';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { RedisAddress, SentinelAddress } from '../../store-location.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { HostConnector } from '../access/host-connector.ts';
import { SentinelConnector } from '../sentinel/sentinel-connector.ts';
import type { SentinelConnectorOptions } from '../sentinel/sentinel-connector.ts';
import { tlsOptions } from '../access/open-socket.ts';
import type { ReconnectPace } from '../access/reconnect-pace.ts';

/** What a connection needs of its Sentinels. */
export type SentinelsAsked = Pick<
  SentinelConnectorOptions,
  'view' | 'secrets' | 'choice' | 'tryServer'
>;

/** How to reach a Redis, and how long to wait for it. */
export interface RedisClientOptions {
  readonly address: RedisAddress | SentinelAddress;
  /** For a {@link SentinelAddress}. */
  readonly sentinels?: SentinelsAsked | undefined;
  /** The current ones; `useSecrets` replaces them. */
  readonly secrets: RedisSecrets;
  readonly pace: ReconnectPace;
}

/** As long as a whole check may take: a later reply is of no use. */
export const COMMAND_TIMEOUT_MS = 150;
/** A connection is dead when replies are outstanding and none is in time for this long. */
export const SOCKET_TIMEOUT_MS = 400;
const CONNECT_TIMEOUT_MS = 500;
const DISCONNECT_TIMEOUT_MS = 50;

/**
 * Opens the ioredis client. It connects at once and never stops trying. It is used to connect only:
 * once it is connected, the wire takes its socket (see `open-wire.ts`), so it never sends a command.
 */
export function openRedisClient(options: RedisClientOptions): Redis {
  const client = new Redis(redisOptions(options));
  client.on('error', () => {
    const { stream }: { stream?: Duplex } = client; // undefined before the first attempt
    stream?.off('error', ignore).on('error', ignore);
  });
  return client;
}

/**
 * The client listens to one error of each socket only. TLS emits two when we refuse the server's
 * certificate and the server answers with an alert; without a listener the second ends the process.
 */
function ignore(): void {}

/** Ends the client. Resolves when its socket is closed. */
export async function endClient(client: Redis): Promise<void> {
  const { status } = client;
  if (status === 'end') return;
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  client.disconnect();
  // While ioredis waits to reconnect there is no socket that could close.
  if (status === 'reconnecting' || status === 'close') return;
  await ended;
}

/** Gives the client secrets to use from its next connection on. */
export function useSecrets(client: Redis, { secureContext }: RedisSecrets): void {
  // The client reads its options at each connection.
  const { tls, host } = client.options;
  if (tls !== undefined) client.options.tls = tlsOptions(host ?? '', secureContext);
}

/** Whom the client connects to, and when it tries again. */
function wayTo({ address, sentinels, secrets, pace }: RedisClientOptions): RedisOptions {
  if ('host' in address) {
    const { host, port, isEncrypted } = address;
    return {
      Connector: HostConnector,
      host,
      port,
      ...(isEncrypted && { tls: tlsOptions(host, secrets.secureContext) }),
      // Must return a number, or the client ends for good. Not its own count of attempts, which starts
      // again when a server is connected that must not be used.
      retryStrategy: () => pace.nextMs(),
    };
  }
  if (sentinels === undefined) throw new Error('the Sentinels are not watched');
  const { isEncrypted } = address;
  const disconnectTimeoutMs = DISCONNECT_TIMEOUT_MS;
  const options = { ...sentinels, isEncrypted, pace, disconnectTimeoutMs };
  return {
    Connector: class extends SentinelConnector {
      constructor() {
        super(options);
      }
    },
    // Only because it decides for which event of the socket the client waits.
    ...(isEncrypted && { tls: {} }),
    // The connector waits instead, because news of the Sentinels must end the wait.
    retryStrategy: () => 1,
  };
}

function redisOptions(options: RedisClientOptions): RedisOptions & { replyMapping: 'legacy' } {
  return {
    ...wayTo(options),
    // No user, password or database, and no ready check: ioredis would go on without the database if
    // it cannot be selected, and without the check if INFO is forbidden. The greeting does all that.
    enableReadyCheck: false,

    // RESP2: RESP3 has nothing that we need, and ioredis 6.0.0 misreads some of its numbers.
    protocol: 2,
    replyMapping: 'legacy',
    // A check has milliseconds: a queue only delays the failure, and runs calls that are of no use
    // any more when the store is back.
    enableOfflineQueue: false,
    // An opening that is sent again could revive a session that was ended meanwhile.
    autoResendUnfulfilledCommands: false,
    // 0: when a connection is lost, the calls in flight fail at once, not after further attempts.
    maxRetriesPerRequest: 0,
    // Ends a half-open connection, which the kernel would keep for a quarter of an hour. It is a
    // safety setting too: after a pause, a primary that was replaced meanwhile cannot answer old
    // calls.
    socketTimeout: SOCKET_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A connection that is being closed has no more use, and reconnecting waits for this.
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    // Finds dead peers while no replies are outstanding.
    keepAlive: 10_000,
    noDelay: true,
    // Measured to be no faster on one connection, and a failure fails a whole batch.
    enableAutoPipelining: false,
    // CLIENT SETINFO is not in our least-privilege ACL.
    disableClientInfo: true,
    autoResubscribe: false,
    lazyConnect: false,
    // Our scripts answer in text; ioredis must not convert it.
    stringNumbers: true,
    showFriendlyErrorStack: false,
  };
}
