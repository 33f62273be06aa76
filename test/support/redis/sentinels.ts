import type { Redis } from 'ioredis';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { selfSigned } from '../certificates/self-signed.ts';
import type { Certificate } from '../certificates/certificate-authority.ts';
import { openAdmin } from '../store/store-world.ts';
import { eventually } from '../time/eventually.ts';
import { startFaultyRedis } from './faulty-redis.ts';
import type { FaultyRedis } from './faulty-redis.ts';
import { startRedisServer } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';
import { startSentinelServer } from './sentinel-server.ts';
import type { SentinelServer } from './sentinel-server.ts';
import { shippedTlsBetween } from './shipped-settings.ts';
import { ADMIN_USER, ANYBODY } from './test-users.ts';

const START_MAX_MS = 50_000;
const FAILOVER_MAX_MS = 30_000;
const SENTINELS = 3;

export interface SentinelsOptions {
  /** The program of the servers and of the Sentinels; by default the one that this machine provides. */
  readonly bin?: string | undefined;
  /** 2 by default. */
  readonly replicas?: number;
  /** After so long without an answer a server counts as down. 1 000 by default. */
  readonly downAfterMs?: number;
  /** The servers' `min-replicas-to-write`, with a lag of at most 2 s; none by default. */
  readonly minReplicasToWrite?: number;
  /** The lines of the servers' ACL; by default anybody may do everything. */
  readonly acl?: readonly string[];
  /** The lines of the Sentinels' own ACL, such as `user curfew on >secret …`. */
  readonly sentinelAcl?: readonly string[];
  /** Only TLS, for servers and Sentinels alike; see `ca`. */
  readonly tls?: boolean;
  readonly keeps?: 'nothing' | 'aof' | 'whole-aof';
  /** Whether everybody, Sentinels and replicas too, reaches each server through its {@link Sentinels.way}. */
  readonly isBehindProxies?: boolean;
  /** More arguments for each server, each word an element. */
  readonly args?: readonly string[];
}

/** A primary with replicas, and three Sentinels that watch them. */
export interface Sentinels {
  /** What the Sentinels call the primary. */
  readonly name: 'curfew';
  /** The primary at the start comes first. Each can be killed, paused, resumed and restarted. */
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly SentinelServer[];
  /** `127.0.0.1:PORT,…`, as a store URL names the Sentinels. */
  readonly hosts: string;
  /** The PEM certificate that a TLS client must trust. */
  readonly ca: string | undefined;
  /** A connection to a server as administrator, past its proxy. */
  admin(server: RedisServer): Redis;
  /** The proxy in front of a server. A fault of it is a fault for everybody. */
  way(server: RedisServer): FaultyRedis;
  /** The server that most Sentinels name as primary; undefined if they do not agree. */
  primary(): Promise<RedisServer | undefined>;
  /** Resolves with the primary when most Sentinels name another one than this. */
  primaryAfter(former: RedisServer): Promise<RedisServer>;
  /**
   * A planned failover. Resolves with the new primary when most Sentinels name it.
   * @param how `coordinated` has the former primary wait for the new one, on Valkey 9.1 or newer
   */
  failOver(how?: 'plain' | 'coordinated'): Promise<RedisServer>;
  close(): Promise<void>;
}

/** Starts them; resolves when every Sentinel knows all of the others and every replica has the data. */
export async function startSentinels(options: SentinelsOptions = {}): Promise<Sentinels> {
  const bin = options.bin ?? (await provideStoreServer());
  if (bin === undefined) throw new Error('no redis-server');
  const tls = options.tls === true ? selfSigned() : undefined;
  const replicas = options.replicas ?? 2;
  const servers = await Promise.all(
    Array.from({ length: 1 + replicas }, () => startServer(bin, tls, options)),
  );
  const admins = new Map(servers.map((server) => [server, openAdmin(server)]));
  const adminOf = (server: RedisServer): Redis => {
    const admin = admins.get(server);
    if (admin === undefined) throw new Error(`no server of these: ${server.port}`);
    return admin;
  };
  const ways = new Map<RedisServer, FaultyRedis>();
  for (const server of options.isBehindProxies === true ? servers : []) {
    const way = await startFaultyRedis(server.port); // oxlint-disable-line no-await-in-loop
    ways.set(server, way);
    // oxlint-disable-next-line no-await-in-loop
    await adminOf(server).config('SET', 'replica-announce-port', way.port);
  }
  const portOf = (server: RedisServer): number => ways.get(server)?.port ?? server.port;
  const [first, ...others] = servers;
  if (first === undefined) throw new Error('no server');
  await Promise.all(others.map((each) => adminOf(each).replicaof('127.0.0.1', portOf(first))));
  const settings = sentinelSettings(portOf(first), options);
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, () => startSentinelServer({ bin, settings, tls })),
  );
  await Promise.all(sentinels.map((each) => untilItKnows(each, replicas)));
  await eventually('replicas with the data', async () => isOnline(adminOf(first), replicas));
  const primary = async (): Promise<RedisServer | undefined> => {
    const named = await Promise.all(sentinels.map(portOfPrimary));
    return servers.find(
      (server) => named.filter((port) => port === portOf(server)).length > SENTINELS / 2,
    );
  };
  const primaryAfter = async (former: RedisServer): Promise<RedisServer> =>
    eventually(
      'other primary',
      async () => {
        const now = await primary();
        return now !== undefined && now !== former && now;
      },
      FAILOVER_MAX_MS,
    );
  return {
    name: 'curfew',
    servers,
    sentinels,
    hosts: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
    ca: tls?.cert,
    admin: adminOf,
    way: (server) => {
      const way = ways.get(server);
      if (way === undefined) throw new Error('this server is behind no proxy');
      return way;
    },
    primary,
    primaryAfter,
    failOver: async (how = 'plain') => {
      const [former, [leader]] = [await primary(), sentinels];
      if (former === undefined || leader === undefined) throw new Error('no primary is agreed on');
      const words = how === 'coordinated' ? ['COORDINATED'] : [];
      const begun = async () => {
        if ((await portOfPrimary(leader)) !== portOf(former)) return true;
        // Refused while one is under way. One that Sentinel gave up is asked for again.
        const asked = leader.admin.call('SENTINEL', 'FAILOVER', 'curfew', ...words);
        await asked.catch(() => undefined);
        return false;
      };
      await eventually('failover', begun, FAILOVER_MAX_MS);
      return primaryAfter(former);
    },
    close: async () => {
      for (const admin of admins.values()) admin.disconnect();
      await Promise.all([...ways.values()].map((way) => way.close()));
      await Promise.all([...sentinels, ...servers].map((each) => each.stop()));
    },
  };
}

async function startServer(
  bin: string,
  tls: Certificate | undefined,
  { acl = [ANYBODY], minReplicasToWrite, args = [], keeps = 'nothing' }: SentinelsOptions,
): Promise<RedisServer> {
  const own = ['--masteruser', 'admin', '--masterauth', 'any', '--repl-diskless-sync-delay', '0'];
  if (tls !== undefined) own.push(...(await shippedTlsBetween('tls.conf')));
  if (minReplicasToWrite !== undefined) {
    own.push('--min-replicas-to-write', `${minReplicasToWrite}`, '--min-replicas-max-lag', '2');
  }
  return startRedisServer({ bin, tls, keeps, acl: [...acl, ADMIN_USER], args: [...own, ...args] });
}

function sentinelSettings(port: number, options: SentinelsOptions): readonly string[] {
  const { downAfterMs = 1_000, sentinelAcl = [ANYBODY] } = options;
  return [
    `sentinel monitor curfew 127.0.0.1 ${port} 2`,
    `sentinel down-after-milliseconds curfew ${downAfterMs}`,
    // It also spaces out failovers: the next one begins after twice this time at the earliest.
    `sentinel failover-timeout curfew ${3 * downAfterMs}`,
    'sentinel auth-user curfew admin',
    'sentinel auth-pass curfew any',
    'sentinel sentinel-user admin',
    'sentinel sentinel-pass any',
    ...sentinelAcl,
    ADMIN_USER,
  ];
}

async function untilItKnows({ admin }: SentinelServer, replicas: number): Promise<void> {
  await eventually(
    'Sentinel that knows all others',
    async () => {
      const fields = (await admin.call('SENTINEL', 'MASTER', 'curfew')) as string[];
      const field = (name: string): number => Number(fields[fields.indexOf(name) + 1]);
      return field('num-slaves') === replicas && field('num-other-sentinels') === SENTINELS - 1;
    },
    START_MAX_MS,
  );
}

async function isOnline(admin: Redis, replicas: number): Promise<boolean> {
  const info = await admin.info('replication');
  return (info.match(/state=online/g) ?? []).length === replicas;
}

async function portOfPrimary({ admin }: SentinelServer): Promise<number | undefined> {
  const asked = admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'curfew');
  const address = (await asked.catch(() => undefined)) as readonly string[] | undefined;
  return address === undefined ? undefined : Number(address[1]);
}
