import { parseHosts } from './store-hosts.ts';
import type { HostAndPort } from './store-hosts.ts';
import type { RedisLogin, StoreLocation } from './store-location.ts';

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
/** As long as a name in the configuration of a Sentinel reasonably is. */
const PRIMARY_NAME_MAX = 128;

const FORMS =
  'memory:, redis://host:port or rediss://host:port, ' +
  'redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port';

/** A store URL, cut into its parts; nothing of it is decoded yet. */
interface UrlParts {
  /** Before the `@`. */
  readonly user: string | undefined;
  readonly hosts: string;
  /** After the first slash after the hosts; `undefined` without a slash. */
  readonly path: string | undefined;
}

/**
 * Reads `memory:` or the URL of a Redis, of the Sentinels of one, or of a Redis Cluster. A string
 * says what is wrong and what to write instead; it never repeats the given text, which may contain
 * a password.
 */
export function parseStoreLocation(text: string): StoreLocation | string {
  if (text === 'memory:' || text === 'memory') return { kind: 'memory' };
  const cut = /^redis(s?)(\+sentinel|\+cluster|):\/\/(.*)$/s.exec(text);
  if (cut === null) return `is not a valid store; use ${FORMS}`;
  const [, secure, kind, rest = ''] = cut;
  const parts = cutUrl(rest);
  if (typeof parts === 'string') return parts;
  const login = readLogin(parts.user, secure === 's');
  if (typeof login === 'string') return login;
  if (kind === '+sentinel') return readSentinel(text, login, parts);
  if (kind === '+cluster') return readCluster(text, login, parts);
  return readRedis(text, login, parts);
}

// The user name ends at the last @, so that a password with a slash in it is seen as one.
function cutUrl(rest: string): UrlParts | string {
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? undefined : rest.slice(0, at);
  if (user?.includes(':') === true) {
    return (
      'contains a password, which would show in process lists and manifests; remove it and ' +
      'name a file that holds it with CURFEW_REDIS_PASSWORD_FILE (the user name may stay)'
    );
  }
  const place = rest.slice(at + 1);
  if (/[?#]/.test(place)) return 'may not have a query or a fragment';
  const slash = place.indexOf('/');
  if (slash < 0) return { user, hosts: place, path: undefined };
  return { user, hosts: place.slice(0, slash), path: place.slice(slash + 1) };
}

function readLogin(user: string | undefined, isEncrypted: boolean): RedisLogin | string {
  if (user === undefined || user === '') return { isEncrypted, username: undefined };
  if (/[\s/?#,@]/.test(user)) {
    return 'has a user name with a space or one of / ? # , @ in it; write it as a % escape';
  }
  try {
    return { isEncrypted, username: decodeURIComponent(user) };
  } catch {
    return 'has a user name with a broken % escape';
  }
}

function readRedis(url: string, login: RedisLogin, parts: UrlParts): StoreLocation | string {
  const hosts = readHosts(parts.hosts, REDIS_PORT, 'redis://host:port');
  if (typeof hosts === 'string') return hosts;
  const [first, ...more] = hosts;
  if (first === undefined || more.length > 0) {
    return (
      'names several hosts, but redis:// is one server; use redis+sentinel://host,host/name ' +
      'for Sentinels, or redis+cluster://host,host for a Cluster'
    );
  }
  const database = readDatabase(parts.path);
  if (database === undefined) {
    return 'may only have the number of a database as its path, as in redis://host:6379/0';
  }
  return { kind: 'redis', url, address: { ...first, ...login, database } };
}

function readSentinel(url: string, login: RedisLogin, parts: UrlParts): StoreLocation | string {
  const sentinels = readHosts(parts.hosts, SENTINEL_PORT, 'redis+sentinel://host:26379/name');
  if (typeof sentinels === 'string') return sentinels;
  const [primaryName = '', ...more] = (parts.path ?? '').split('/');
  if (primaryName === '') {
    return (
      "does not say what the Sentinels call the primary; add the name after 'sentinel " +
      "monitor' of their configuration, as in redis+sentinel://host:26379/name"
    );
  }
  if (!/^[A-Za-z0-9._-]+$/.test(primaryName) || primaryName.length > PRIMARY_NAME_MAX) {
    return (
      'has a name of a primary that no Sentinel takes; it has only letters, digits and . _ - ' +
      `and at most ${PRIMARY_NAME_MAX} of them`
    );
  }
  const database = readDatabase(more.join('/'));
  if (database === undefined) {
    return (
      'may only have the number of a database after the name of the primary, ' +
      'as in redis+sentinel://host:26379/name/0'
    );
  }
  return { kind: 'sentinel', url, address: { ...login, sentinels, primaryName, database } };
}

function readCluster(url: string, login: RedisLogin, parts: UrlParts): StoreLocation | string {
  const nodes = readHosts(parts.hosts, REDIS_PORT, 'redis+cluster://host:6379,host:6379');
  if (typeof nodes === 'string') return nodes;
  if (parts.path !== undefined && parts.path !== '') {
    return /^\d+$/.test(parts.path)
      ? 'has the number of a database, but a Redis Cluster has only database 0; remove it'
      : 'may not have a path; write the nodes only, as in redis+cluster://host:6379,host:6379';
  }
  return { kind: 'cluster', url, address: { ...login, nodes } };
}

function readHosts(
  text: string,
  defaultPort: number,
  example: string,
): readonly HostAndPort[] | string {
  const hosts = parseHosts(text, defaultPort);
  return typeof hosts === 'string' ? `${hosts} (as in ${example})` : hosts;
}

function readDatabase(path: string | undefined): number | undefined {
  const digits = /^\d{0,3}$/.exec(path ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}
