import { freePort } from '../network/free-port.ts';
import { startCluster } from '../redis/cluster.ts';
import type { Cluster, ClusterOptions } from '../redis/cluster.ts';
import { startRedisServer } from '../redis/redis-server.ts';
import { startGuardedCluster } from './cluster-world.ts';
import { startBareSentinel } from './wrong-sentinels.ts';
import type { OpenWrongStore, WrongStore } from './wrong-stores.ts';

const ONE_PRIMARY = { primaries: 1, replicasEach: 0 };

function opened(cluster: Cluster, before: string): OpenWrongStore {
  return { url: `${before}${cluster.hosts}`, close: async () => cluster.close() };
}

const wrongCluster = async (options: ClusterOptions, before: string): Promise<OpenWrongStore> =>
  opened(await startCluster({ ...ONE_PRIMARY, ...options }), before);

/** A Cluster with the ACL that we ship for it, changed. */
const guarded = async (change: readonly string[]): Promise<OpenWrongStore> => {
  const cluster = await startGuardedCluster(ONE_PRIMARY);
  for (const node of cluster.nodes) {
    // oxlint-disable-next-line no-await-in-loop
    await cluster.admin(node).acl('SETUSER', 'curfew', ...change);
  }
  return opened(cluster, 'redis+cluster://curfew@');
};

const SILENT = ['store_silent'];

export const WRONG_CLUSTERS: readonly WrongStore[] = [
  {
    what: 'ports where nothing listens, by redis+cluster://',
    open: async () => ({
      url: `redis+cluster://127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`,
      close: async () => {},
    }),
    says: /^the store has not answered since the start: no connection to the store: ECONNREFUSED \(nothing listens there\)$/,
    events: SILENT,
  },
  {
    what: 'a password that is wrong, by redis+cluster://',
    asCurfew: true,
    open: async () => guarded(['resetpass', '>another']),
    says: /: no connection to the store: the store refused: WRONGPASS \(wrong user or password\)$/,
    events: SILENT,
  },
  {
    what: 'a port with TLS, by redis+cluster://',
    open: async () => wrongCluster({ tls: true }, 'redis+cluster://'),
    says: /: (it speaks TLS|it accepts connections and ends them without an answer); for a port with TLS write rediss\+cluster:\/\/$/,
    events: SILENT,
  },
  {
    what: 'a port without TLS, by rediss+cluster://',
    open: async () => wrongCluster({}, 'rediss+cluster://'),
    says: /TLS.*; for a port without TLS write redis\+cluster:\/\/\)?$/,
    events: SILENT,
  },
  {
    what: 'a Redis, by redis+cluster://',
    open: async () => {
      const server = await startRedisServer({});
      const url = `redis+cluster://127.0.0.1:${server.port}`;
      return { url, close: async () => server.stop() };
    },
    says: /: it is not a node of a Redis Cluster; write redis:\/\/$/,
    events: SILENT,
  },
  {
    what: 'a Sentinel, by redis+cluster://',
    open: async () => startBareSentinel('redis+cluster://', ''),
    says: /: it is a Sentinel; write redis\+sentinel:\/\/HOST:PORT\/NAME with the name of the primary$/,
    events: SILENT,
  },
  {
    what: 'an ACL user without CLUSTER SLOTS',
    asCurfew: true,
    open: async () => guarded(['-cluster|slots']),
    says: /: the store refused: NOPERM \(the ACL user may not run cluster\|slots\)$/,
    events: SILENT,
  },
  {
    what: 'an ACL user of a Cluster without two commands of the scripts',
    asCurfew: true,
    open: async () => guarded(['-xadd', '-zrem']),
    says: /^the store cannot be used yet: the ACL user may not run xadd, zrem; it needs the rights of deploy\/redis\/cluster\/users\.acl$/,
    events: SILENT,
  },
  {
    what: 'a Cluster whose nodes are announced with ports that lead nowhere',
    open: async () => wrongCluster({ args: ['--cluster-announce-port', '1'] }, 'redis+cluster://'),
    says: /: no connection to 127\.0\.0\.1:1 of the store: ECONNREFUSED \(nothing listens there\)$/,
    events: ['store_shard_down'],
    line: /"node":"127\.0\.0\.1:1","partitions":256,"known":1,"why":"ECONNREFUSED \(nothing listens there\)"/,
  },
];
