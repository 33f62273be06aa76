import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-address.ts';
import type { RedisSecrets } from './redis-secrets.ts';
import { isOfNoPrimary } from './store-fault.ts';

/** How to reach a Redis, and how long to wait for it. */
export interface RedisClientOptions {
  readonly address: RedisAddress;
  /** As of now; `useSecrets` puts others in their place. */
  readonly secrets: RedisSecrets;
  /** A command without a reply for this long has failed. */
  readonly commandTimeoutMs: number;
}

/** As long as a check may take in all: what comes later helps nobody. */
export const COMMAND_TIMEOUT_MS = 150;
/** A connection that owes replies and is silent, or always late, for this long is dead. */
export const SOCKET_TIMEOUT_MS = 400;
const CONNECT_TIMEOUT_MS = 500;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;

/**
 * The one place that knows how our client is set up. It connects at once and goes on trying for ever. It only connects:
 * once ready, its socket is ours (see `adopt-socket.ts`), so that what is said here of commands holds for its handshake.
 */
export function openRedisClient(options: RedisClientOptions): Redis {
  const client = new Redis(redisOptions(options));
  client.on('error', () => {
    const { stream }: { stream?: Duplex } = client; // none before the first attempt
    stream?.off('error', ignore).on('error', ignore);
  });
  return client;
}

/**
 * The client listens to one error of each socket. TLS tells of two where we refuse the server's certificate and it answers
 * with an alert; without a listener the second one would end the process.
 */
function ignore(): void {}

/** What the client proves itself with from its next connection on. */
export function useSecrets(client: Redis, { password, secureContext }: RedisSecrets): void {
  // It looks into its options at each connection.
  if (password !== undefined) client.options.password = password;
  const { tls, host } = client.options;
  if (tls !== undefined) client.options.tls = tlsOptions(host ?? '', secureContext);
}

function tlsOptions(host: string, secureContext: RedisSecrets['secureContext']): ConnectionOptions {
  return {
    ...(secureContext && { secureContext }),
    // The certificate has to be one for the host of the URL. Proxies in front of Redis choose by this name, too.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
  };
}

function redisOptions(options: RedisClientOptions): RedisOptions & { replyMapping: 'legacy' } {
  const { host, port, isEncrypted, username, database } = options.address;
  const { secrets } = options;
  return {
    host,
    port,
    db: database,
    ...(username !== undefined && { username }),
    ...(secrets.password !== undefined && { password: secrets.password }),
    ...(isEncrypted && { tls: tlsOptions(host, secrets.secureContext) }),

    // RESP2: RESP3 brings us nothing, and ioredis 6.0.0 misreads some of its numbers.
    protocol: 2,
    replyMapping: 'legacy',
    // A check has milliseconds: a queue only delays the refusal, and runs dead calls when the store is back.
    enableOfflineQueue: false,
    // A replayed opening could revive a session that was ended meanwhile.
    autoResendUnfulfilledCommands: false,
    // 0: when a connection is lost, the calls in flight fail at once instead of after the next attempts.
    maxRetriesPerRequest: 0,
    // Without it a call on a silent connection stays pending for ever. The caller's own deadline is shorter or equal.
    commandTimeout: options.commandTimeoutMs,
    // A half-open connection heals only by this, else after the kernel's quarter of an hour. A safety setting too:
    // whoever hung up during a pause cannot be answered by a primary that was replaced meanwhile.
    socketTimeout: SOCKET_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // What is being closed is of no use any more; reconnecting waits for this.
    disconnectTimeout: 50,
    // Finds dead peers while no replies are owed.
    keepAlive: 10_000,
    noDelay: true,
    // Always a number, else the client ends for good. Jitter, so that replicas do not come back in step.
    retryStrategy: (attempt) => {
      const delayMs = Math.min(RECONNECT_MIN_MS * 2 ** Math.min(attempt - 1, 10), RECONNECT_MAX_MS);
      return delayMs * (0.5 + Math.random() / 2);
    },
    // 1 = reconnect and fail the command. Never 2, which sends it again.
    reconnectOnError: ({ message }) =>
      isOfNoPrimary(/^[A-Z]*\b/.exec(message)?.[0] ?? '') ? 1 : false,
    // Asks INFO before the first command: a server that is still loading must not be taken for an empty one.
    enableReadyCheck: true,
    maxLoadingRetryTime: 1_000,
    // Measured neutral to slower on one connection, and it fails whole batches at once.
    enableAutoPipelining: false,
    // CLIENT SETINFO is not in our least-privilege ACL.
    disableClientInfo: true,
    autoResubscribe: false,
    lazyConnect: false,
    // Our scripts answer in text; nothing is to be guessed.
    stringNumbers: true,
    showFriendlyErrorStack: false,
  };
}
