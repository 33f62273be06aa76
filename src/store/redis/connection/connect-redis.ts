import type { HostAndPort } from '../../store-hosts.ts';
import type { RedisAddress, SentinelAddress, UrlScheme } from '../../store-location.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { WatchedSentinels } from '../sentinel/watch-sentinels.ts';
import { ReconnectPace } from '../access/reconnect-pace.ts';
import { PrimaryChoice } from '../sentinel/primary-choice.ts';
import { openRedisClient, useSecrets } from './redis-client.ts';
import { tryServer } from './try-server.ts';
import { RedisConnection } from './redis-connection.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { renewSecrets } from '../access/renew-secrets.ts';

/** Where a Redis is, and what it asks for. */
export interface RedisPlace {
  readonly address: RedisAddress | SentinelAddress;
  /** Those of a {@link SentinelAddress}. */
  readonly sentinels?: WatchedSentinels | undefined;
  readonly secrets: RedisSecrets;
  /** Reads the secrets again. @throws {StoreFilesError} */
  readonly readSecrets: () => Promise<RedisSecrets>;
  readonly secretsRejected: ((why: string) => void) | undefined;
}

/**
 * Opens a connection in the background. It never stops trying.
 * @param kind what the server belongs to, if that is not in its address
 */
export function connectRedis(
  { address, sentinels, secrets, readSecrets, secretsRejected }: RedisPlace,
  options: Omit<ConnectionOptions, 'client' | 'pace' | 'greeting'>,
  kind?: UrlScheme['kind'],
): RedisConnection {
  const pace = new ReconnectPace();
  const { username, database, isEncrypted } = address;
  const scheme = { kind: kind ?? ('host' in address ? 'redis' : 'sentinel'), isEncrypted } as const;
  const greeting = { username, password: secrets.password, database, scheme };
  const choice = sentinels && new PrimaryChoice(sentinels.candidates);
  const asked = sentinels &&
    choice && {
      view: sentinels.view,
      secrets: sentinels.secrets,
      choice,
      tryServer: async (server: HostAndPort, stop: AbortSignal) =>
        tryServer({ address: server, secrets: sentinels.secrets(), greeting }, stop),
    };
  const client = openRedisClient({ address, sentinels: asked, secrets, pace });
  const use = (renewed: RedisSecrets): void => {
    useSecrets(client, renewed);
    sentinels?.use(renewed);
    if (renewed.password !== undefined) greeting.password = renewed.password;
  };
  renewSecrets(client, { read: readSecrets, use, rejected: secretsRejected });
  const connected = (): void => {
    choice?.used();
    options.connected?.();
  };
  const refused = (fault: unknown): void => choice?.refused(fault);
  return new RedisConnection({ client, pace, greeting, ...options, connected, refused });
}
