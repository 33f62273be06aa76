import type { HostAndPort } from './store-hosts.ts';

/** Where the sessions are kept, as the settings name it. Contains no password. */
export type StoreLocation =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'redis';
      /** As it was given. */
      readonly url: string;
      readonly address: RedisAddress;
    }
  | { readonly kind: 'sentinel'; readonly url: string; readonly address: SentinelAddress }
  | { readonly kind: 'cluster'; readonly url: string; readonly address: ClusterAddress };

/** What all kinds of Redis need to know to log in. */
export interface RedisLogin {
  /** True for `rediss…://`. */
  readonly isEncrypted: boolean;
  readonly username: string | undefined;
}

/** Where a Redis server is. */
export interface RedisAddress extends RedisLogin {
  readonly host: string;
  readonly port: number;
  readonly database: number;
}

/** The Sentinels to ask where the primary is. */
export interface SentinelAddress extends RedisLogin {
  /** At least one. */
  readonly sentinels: readonly HostAndPort[];
  /** What the Sentinels call the primary. */
  readonly primaryName: string;
  readonly database: number;
}

/** Some nodes of a Redis Cluster: those that are asked for all of them first. */
export interface ClusterAddress extends RedisLogin {
  /** At least one. */
  readonly nodes: readonly HostAndPort[];
}

/** How a store URL begins. */
export interface UrlScheme {
  readonly kind: Exclude<StoreLocation['kind'], 'memory'>;
  /** Whether it asks for TLS. */
  readonly isEncrypted: boolean;
}

/** The beginning of such a URL, for messages that say what to write. */
export function schemeText({ kind, isEncrypted }: UrlScheme): string {
  return `redis${isEncrypted ? 's' : ''}${kind === 'redis' ? '' : `+${kind}`}://`;
}

/** The store in one line, for the log. */
export function describeStore(location: StoreLocation): string {
  return location.kind === 'memory' ? 'memory:' : location.url;
}

/** Whether several replicas can use this store, and it outlives them. */
export function isShared(location: StoreLocation): boolean {
  switch (location.kind) {
    case 'memory':
      return false;
    case 'redis':
    case 'sentinel':
    case 'cluster':
      return true;
    default:
      return location satisfies never;
  }
}
