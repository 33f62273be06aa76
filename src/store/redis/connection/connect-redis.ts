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
  place: RedisPlace,
  options: Omit<ConnectionOptions, 'client' | 'pace' | 'greeting'>,
  kind?: UrlScheme['kind'],
): RedisConnection {
  const { used, refused, ...way } = wayTo(place, kind);
  const connected = (): void => {
    used();
    options.connected?.();
  };
  return new RedisConnection({ ...way, ...options, connected, refused });
}

/** A client that connects to a server in the background, and what a connection needs besides. */
export interface WayToRedis extends Pick<ConnectionOptions, 'client' | 'pace' | 'greeting'> {
  /** To be called when a server was greeted. */
  readonly used: () => void;
  /** To be called when a server was reached that must not be used. */
  readonly refused: (fault: unknown) => void;
}

/** Opens the client of a connection. It never stops trying. */
export function wayTo(
  { address, sentinels, secrets, readSecrets, secretsRejected }: RedisPlace,
  kind?: UrlScheme['kind'],
): WayToRedis {
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
  const used = (): void => choice?.used();
  const refused = (fault: unknown): void => choice?.refused(fault);
  return { client, pace, greeting, used, refused };
}
