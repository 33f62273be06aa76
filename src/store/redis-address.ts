/** Where a Redis is, as its URL says it. The password is never part of it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** `rediss://`. */
  readonly isEncrypted: boolean;
  readonly username: string | undefined;
  readonly database: number;
}

/** The `--store` value cannot be used. Its text does not repeat the value: somebody may have put a password into it. */
export class StoreUrlError extends Error {
  readonly code = 'ERR_STORE_URL';
  constructor(message: string) {
    super(message);
    this.name = 'StoreUrlError';
  }
}

const DEFAULT_PORT = 6379;

/** @throws {StoreUrlError} for whatever is not plainly `redis[s]://[user@]host[:port][/database]`. */
export function parseRedisAddress(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new StoreUrlError('the store is not a URL');
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new StoreUrlError('the store must be memory:, redis://HOST or rediss://HOST');
  }
  if (url.password !== '') {
    throw new StoreUrlError('the store URL must not carry a password: name a file that holds it');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new StoreUrlError('the store URL must not have a query or a fragment');
  }
  if (url.hostname === '') throw new StoreUrlError('the store URL names no host');
  const database = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
  if (database === undefined) {
    throw new StoreUrlError('the path of the store URL is the number of a database, or nothing');
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    isEncrypted: url.protocol === 'rediss:',
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    database: Number(database),
  };
}
