/** Which store holds the sessions, as the settings name it. Never contains a password. */
export type StoreLocation =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'redis';
      /** `redis://` or `rediss://`, with a user name at most. */
      readonly url: string;
    };

/** Reads `memory:` or the URL of a Redis. A string is what is wrong, with a hint; it never repeats a password. */
export function parseStoreLocation(text: string): StoreLocation | string {
  if (text === 'memory:' || text === 'memory') return { kind: 'memory' };
  const scheme = /^([a-z+]+):\/\//.exec(text)?.[1];
  if (scheme === 'redis+sentinel' || scheme === 'redis+cluster') {
    return `names a ${scheme.slice('redis+'.length)}, which this version cannot use yet; write redis:// or rediss://`;
  }
  if (scheme !== 'redis' && scheme !== 'rediss') {
    return 'is no store; write memory:, redis://host:port or rediss://host:port';
  }
  return parseRedisUrl(text);
}

function parseRedisUrl(text: string): StoreLocation | string {
  const url = URL.parse(text);
  if (url === null) return 'is no valid URL; write redis://host:port or rediss://host:port';
  if (url.password !== '') {
    return (
      'contains a password, which would show in process lists and manifests; ' +
      'take it out and name its file with CURFEW_REDIS_PASSWORD_FILE (the user name may stay)'
    );
  }
  if (url.hostname === '') return 'names no host; write redis://host:port';
  if (!/^(\/\d{0,3})?$/.test(url.pathname)) {
    return 'may have only the number of a database as its path, as in redis://host:6379/0';
  }
  if (url.search !== '' || url.hash !== '') return 'may have no query and no fragment';
  return { kind: 'redis', url: text };
}
