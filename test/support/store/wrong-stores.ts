import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { freePort } from '../network/free-port.ts';
import { startCluster } from '../redis/cluster.ts';
import { startRedisServer } from '../redis/redis-server.ts';
import type { RedisServer, RedisServerOptions } from '../redis/redis-server.ts';
import { startSentinels } from '../redis/sentinels.ts';
import { openAdmin, startGuardedRedis } from './store-world.ts';

/** A store that is wrong in one way, and what a user is told of it. */
export interface WrongStore {
  /** What is wrong, in a few words. */
  readonly what: string;
  /** Whether the URL names the user `curfew`, with the password of a file. */
  readonly asCurfew?: boolean;
  /** Starts it. */
  open(): Promise<OpenWrongStore>;
  /** What `/readyz` says of the store, or why the process gives up. */
  readonly says: RegExp | 'ready';
  /** The events of the log that are no information, each once. */
  readonly events: readonly string[];
  /** What one of these lines says. */
  readonly line?: RegExp;
}

export interface OpenWrongStore {
  readonly url: string;
  close(): Promise<void>;
}

/** The URL of a server, as the user `curfew`. */
const asCurfew = (port: number, path = ''): string => `redis://curfew@127.0.0.1:${port}${path}`;

const redis = async (
  options: RedisServerOptions,
  url: (server: RedisServer) => string = (server) => server.url,
): Promise<OpenWrongStore> => {
  const server = await startRedisServer(options);
  return { url: url(server), close: async () => server.stop() };
};

/** A Redis with the ACL that we ship, changed. */
const guarded = async (
  change: readonly string[],
  { path = '', args = [] }: { readonly path?: string; readonly args?: readonly string[] } = {},
): Promise<OpenWrongStore> => {
  const server = await startGuardedRedis(args);
  const admin = openAdmin(server);
  await admin.acl('SETUSER', 'curfew', ...change);
  admin.disconnect();
  return { url: asCurfew(server.port, path), close: async () => server.stop() };
};

async function listening(server: Server, scheme = 'redis'): Promise<OpenWrongStore> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const SILENT = ['store_silent'];

export const WRONG_STORES: readonly WrongStore[] = [
  {
    what: 'a port where nothing listens',
    open: async () => ({ url: `redis://127.0.0.1:${await freePort()}`, close: async () => {} }),
    says: /^the store has not answered since the start: no connection to the store: ECONNREFUSED \(nothing listens there\)$/,
    events: SILENT,
  },
  {
    what: 'an unknown host name',
    open: async () => ({ url: 'redis://redis.invalid', close: async () => {} }),
    says: /: (ENOTFOUND|EAI_AGAIN) \((there is no such host name|the host name cannot be looked up)\)$/,
    events: SILENT,
  },
  {
    what: 'a password that is missing',
    open: async () => redis({ args: ['--requirepass', 'canary'] }),
    says: /: the store refused: NOAUTH \(it requires a password\)$/,
    events: SILENT,
  },
  {
    what: 'a password that is wrong',
    asCurfew: true,
    open: async () => guarded(['resetpass', '>another']),
    says: /: the store refused: WRONGPASS \(wrong user or password\)$/,
    events: SILENT,
  },
  {
    what: 'a port with TLS, by redis://',
    open: async () => redis({ tls: true }, ({ port }) => `redis://127.0.0.1:${port}`),
    says: /: (it speaks TLS|it accepts connections and ends them without an answer); for a port with TLS write rediss:\/\/$/,
    events: SILENT,
  },
  {
    what: 'a port without TLS, by rediss://',
    open: async () => redis({}, ({ port }) => `rediss://127.0.0.1:${port}`),
    says: /TLS.*; for a port without TLS write redis:\/\/\)?$/,
    events: SILENT,
  },
  {
    what: 'a certificate of an authority that is not given',
    open: async () => redis({ tls: true }),
    says: /: DEPTH_ZERO_SELF_SIGNED_CERT \(its certificate is not trusted; name its authority as CA file\)$/,
    events: SILENT,
  },
  {
    what: 'a server of HTTP',
    open: async () => listening(createHttpServer((_, response) => response.end())),
    says: /: it is not a Redis: it answers as a server of HTTP$/,
    events: SILENT,
  },
  {
    what: 'a port that accepts and is silent',
    open: async () => listening(createServer()),
    says: /: it accepts connections and does not answer$/,
    events: SILENT,
  },
  {
    what: 'a port that accepts and is silent, by rediss://',
    open: async () => listening(createServer(), 'rediss'),
    says: /: ETIMEDOUT \(no answer to TLS, .*; for a port without TLS write redis:\/\/\)$/,
    events: SILENT,
  },
  {
    what: 'a replica',
    open: async () => redis({ args: ['--replicaof', '127.0.0.1', '1'] }),
    says: /: the store refused: READONLY \(a replica, not a primary\)$/,
    events: SILENT,
  },
  {
    what: 'a Sentinel',
    open: async () => {
      const sentinels = await startSentinels({ replicas: 0 });
      const [host = ''] = sentinels.hosts.split(',');
      return { url: `redis://${host}`, close: async () => sentinels.close() };
    },
    says: /^this is a Sentinel, not a Redis; write redis\+sentinel:\/\/HOST:PORT\/NAME/,
    events: [],
  },
  {
    what: 'a node of a Cluster with three primaries',
    open: async () => {
      const cluster = await startCluster({ replicasEach: 0 });
      const [host = ''] = cluster.hosts.split(',');
      return { url: `redis://${host}`, close: async () => cluster.close() };
    },
    says: /: the store refused: MOVED \(a node of a Redis Cluster, which needs redis\+cluster:\/\/\)$/,
    events: SILENT,
  },
  {
    what: 'a Cluster of one primary',
    open: async () => {
      const cluster = await startCluster({ primaries: 1, replicasEach: 0 });
      return { url: `redis://${cluster.hosts}`, close: async () => cluster.close() };
    },
    says: 'ready',
    events: ['store_at_risk'],
    line: /"risk":"cluster_node".*as long as it has all slots; write redis\+cluster:\/\//,
  },
  {
    what: 'a database that the ACL user may not select',
    asCurfew: true,
    open: async () => guarded([], { path: '/3' }),
    says: /: database 3 cannot be selected: NOPERM \(the ACL user needs \+select\)$/,
    events: SILENT,
    line: /database 3 cannot be selected: NOPERM/,
  },
  {
    what: 'a database that the server does not have',
    open: async () => redis({ args: ['--databases', '1'] }, ({ url }) => `${url}/3`),
    says: /: database 3 cannot be selected: ERR \(it has fewer databases\)$/,
    events: SILENT,
  },
  {
    what: 'an ACL user without INFO',
    asCurfew: true,
    open: async () => guarded(['-info']),
    says: /: the store refused: NOPERM \(the ACL user may not run info\)$/,
    events: SILENT,
  },
  {
    what: 'an ACL user without two commands of the scripts',
    asCurfew: true,
    open: async () => guarded(['-xadd', '-zrem']),
    says: /^the store cannot be used yet: the ACL user may not run xadd, zrem; it needs the rights of deploy\/redis\/users\.acl$/,
    events: SILENT,
  },
  {
    what: 'an ACL user without WAIT',
    asCurfew: true,
    open: async () => guarded(['-wait']),
    says: 'ready',
    events: ['store_at_risk'],
    line: /the ACL user may not run wait: ends on request are never confirmed as durable/,
  },
  {
    what: 'an ACL user of other keys',
    asCurfew: true,
    open: async () => guarded(['resetkeys', '~other:*']),
    says: /^the store cannot be used yet: the store refused: NOPERM \(the ACL user lacks a permission\)$/,
    events: SILENT,
  },
  {
    what: 'too few replicas',
    open: async () => redis({ args: ['--min-replicas-to-write', '1'] }),
    says: /^the store cannot be used yet: the store refused: NOREPLICAS \(too few replicas are connected\)$/,
    events: SILENT,
  },
  {
    what: 'a policy of eviction',
    open: async () => redis({ args: ['--maxmemory-policy', 'allkeys-lru'] }),
    says: 'ready',
    events: ['store_at_risk'],
    line: /maxmemory-policy is allkeys-lru/,
  },
];
