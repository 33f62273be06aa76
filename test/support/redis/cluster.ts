import type { Redis } from 'ioredis';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { selfSigned } from '../certificates/self-signed.ts';
import type { Certificate } from '../certificates/certificate-authority.ts';
import { openAdmin } from '../store/store-world.ts';
import { eventually } from '../time/eventually.ts';
import { startBusProxy } from './bus-proxy.ts';
import type { BusProxy } from './bus-proxy.ts';
import { SLOTS, slotsSeenBy } from './cluster-view.ts';
import { startFaultyRedis } from './faulty-redis.ts';
import type { FaultyRedis } from './faulty-redis.ts';
import { startRedisServer } from './redis-server.ts';
import type { RedisServer, RedisServerOptions } from './redis-server.ts';
import { shippedTlsBetween } from './shipped-settings.ts';
import { ADMIN_USER, ANYBODY } from './test-users.ts';

const AGREE_MAX_MS = 50_000;

export interface ClusterOptions {
  /** The program; by default the one that this machine provides. */
  readonly bin?: string | undefined;
  /** 3 by default. */
  readonly primaries?: number;
  /** The replicas of each primary; 1 by default. */
  readonly replicasEach?: number;
  /** After so long without an answer a node counts as failed. 1 000 by default. */
  readonly nodeTimeoutMs?: number;
  /** Whether slots without a primary stop the others, too. That is Redis's default, not this one. */
  readonly needsFullCoverage?: boolean;
  /** The lines of the nodes' ACL; by default anybody may do everything. */
  readonly acl?: readonly string[];
  /** Only TLS, also between the nodes; see `ca`. */
  readonly tls?: boolean;
  /** How each node listens, instead of `tls`; see there. */
  readonly listens?: RedisServerOptions['listens'];
  readonly keeps?: 'nothing' | 'aof' | 'whole-aof';
  /** Whether clients and replicas reach each node through its {@link Cluster.way}. */
  readonly isBehindProxies?: boolean;
  /** Whether nodes reach each other through proxies, which {@link Cluster.cutOff} needs. */
  readonly hasBusProxies?: boolean;
  /** More arguments for each node, each word an element. */
  readonly args?: readonly string[];
}

/** A Cluster on 127.0.0.1 whose slots lie evenly on its primaries. */
export interface Cluster {
  /** The primaries at the start come first. Each can be killed, paused, resumed and restarted. */
  readonly nodes: readonly RedisServer[];
  /** `127.0.0.1:PORT,…`, as a store URL names the nodes. */
  readonly hosts: string;
  /** The PEM certificate that a TLS client must trust. */
  readonly ca: string | undefined;
  /** A connection to a node as administrator, past its proxy. It follows no redirection. */
  admin(node: RedisServer): Redis;
  /** The proxy in front of a node. The other nodes still hear from it, so that it does not fail. */
  way(node: RedisServer): FaultyRedis;
  /**
   * Only these nodes hear each other, and only the others do. Clients still reach all of them, and
   * replicas their primaries. Without nodes, all hear each other again.
   */
  cutOff(nodes: readonly RedisServer[]): Promise<void>;
  idOf(node: RedisServer): Promise<string>;
  /** The slot of a partition, which is named by two hex digits. */
  slotOf(partition: string): Promise<number>;
  /** The primary that most of the nodes name for a slot; undefined if they do not agree. */
  ownerOf(slot: number): Promise<RedisServer | undefined>;
  /** Resolves with the owner of a slot when most of the nodes name another one than this. */
  ownerAfter(slot: number, former: RedisServer): Promise<RedisServer>;
  /** The replicas of a primary, as itself says. */
  replicasOf(primary: RedisServer): Promise<readonly RedisServer[]>;
  /** A planned failover to the primary's first replica, which is returned when most nodes name it. */
  failOver(primary: RedisServer): Promise<RedisServer>;
  close(): Promise<void>;
}

/** Starts it; resolves when every node finds it whole and every replica has its primary's data. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { primaries = 3, replicasEach = 1 } = options;
  const bin = options.bin ?? (await provideStoreServer());
  if (bin === undefined) throw new Error('no redis-server');
  const tls = options.tls === true ? selfSigned() : undefined;
  const count = primaries * (1 + replicasEach);
  const buses = new Map<RedisServer, BusProxy>();
  const nodes = await Promise.all(
    Array.from({ length: count }, async () => {
      if (options.hasBusProxies !== true) return startNode(bin, tls, options);
      const bus = await startBusProxy();
      const announced = ['--cluster-announce-bus-port', `${bus.port}`];
      const node = await startNode(bin, tls, {
        ...options,
        args: [...(options.args ?? []), ...announced],
      });
      bus.leadTo(node.busPort);
      buses.set(node, bus);
      return node;
    }),
  );
  const busPortOf = (node: RedisServer): number => buses.get(node)?.port ?? node.busPort;
  const admins = new Map(nodes.map((node) => [node, openAdmin(node)]));
  const admin = (node: RedisServer): Redis => {
    const found = admins.get(node);
    if (found === undefined) throw new Error(`no node of this Cluster: ${node.port}`);
    return found;
  };
  const ways = new Map<RedisServer, FaultyRedis>();
  for (const node of options.isBehindProxies === true ? nodes : []) {
    const way = await startFaultyRedis(node.port); // oxlint-disable-line no-await-in-loop
    ways.set(node, way);
    const setting = tls === undefined ? 'cluster-announce-port' : 'cluster-announce-tls-port';
    await admin(node).config('SET', setting, way.port); // oxlint-disable-line no-await-in-loop
  }
  const portOf = (node: RedisServer): number => ways.get(node)?.port ?? node.port;
  const ids = new Map<RedisServer, string>();
  const idOf = async (node: RedisServer): Promise<string> => {
    const id = ids.get(node) ?? ((await admin(node).call('CLUSTER', 'MYID')) as string);
    ids.set(node, id);
    return id;
  };
  const ownerOf = async (slot: number): Promise<RedisServer | undefined> => {
    const views = await Promise.all(nodes.map((node) => slotsSeenBy(node, admin(node))));
    const ports = views.map((view) => view?.find((each) => each.has(slot))?.ports[0]);
    return nodes.find((node) => ports.filter((port) => port === portOf(node)).length > count / 2);
  };
  const ownerAfter = async (slot: number, former: RedisServer): Promise<RedisServer> =>
    eventually(
      'other owner of the slot',
      async () => {
        const now = await ownerOf(slot);
        return now !== undefined && now !== former && now;
      },
      AGREE_MAX_MS,
    );
  const replicasOf = async (primary: RedisServer): Promise<readonly RedisServer[]> => {
    const view = await slotsSeenBy(primary, admin(primary));
    const [, ...ports] = view?.find((each) => each.ports[0] === portOf(primary))?.ports ?? [];
    return nodes.filter((node) => ports.includes(portOf(node)));
  };
  await join(nodes, primaries, { admin, idOf, busPortOf });
  await Promise.all(nodes.map(idOf)); // later a node may be frozen
  return {
    nodes,
    hosts: nodes.map((node) => `127.0.0.1:${portOf(node)}`).join(','),
    ca: tls?.cert,
    admin,
    way: (node) => {
      const way = ways.get(node);
      if (way === undefined) throw new Error('this node is behind no proxy');
      return way;
    },
    cutOff: async (apart) => {
      if (buses.size === 0) throw new Error('the nodes reach each other without proxies');
      const senders = new Set(await Promise.all(apart.map(idOf)));
      for (const [node, bus] of buses)
        bus.hold((sender) => senders.has(sender) !== apart.includes(node));
    },
    idOf,
    slotOf: async (partition) => {
      const [node] = nodes;
      if (node === undefined) throw new Error('a Cluster without nodes');
      const key = `curfew:1:{${partition}}:events`;
      return (await admin(node).call('CLUSTER', 'KEYSLOT', key)) as number;
    },
    ownerOf,
    ownerAfter,
    replicasOf,
    failOver: async (primary) => {
      const view = await slotsSeenBy(primary, admin(primary));
      const slot = view?.find((each) => each.ports[0] === portOf(primary))?.from;
      const [next] = await replicasOf(primary);
      if (slot === undefined || next === undefined) throw new Error('no primary with a replica');
      await admin(next).call('CLUSTER', 'FAILOVER');
      return ownerAfter(slot, primary);
    },
    close: async () => {
      for (const each of admins.values()) each.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
      await Promise.all([...ways.values(), ...buses.values()].map((way) => way.close()));
    },
  };
}

async function startNode(
  bin: string,
  tls: Certificate | undefined,
  options: ClusterOptions,
): Promise<RedisServer> {
  const { acl = [ANYBODY], args = [], keeps = 'nothing' } = options;
  const { nodeTimeoutMs = 1_000, needsFullCoverage = false } = options;
  const own = ['--masteruser', 'admin', '--masterauth', 'any', '--repl-diskless-sync-delay', '0'];
  own.push('--cluster-node-timeout', `${nodeTimeoutMs}`);
  own.push('--cluster-require-full-coverage', needsFullCoverage ? 'yes' : 'no');
  own.push('--cluster-allow-replica-migration', 'no'); // a test says where each node belongs
  if (tls !== undefined) own.push(...(await shippedTlsBetween('tls.conf')));
  return startRedisServer({
    bin,
    tls,
    listens: options.listens,
    keeps,
    isClusterNode: true,
    acl: [...acl, ADMIN_USER],
    args: [...own, ...args],
  });
}

/** Makes one Cluster of the nodes. */
async function join(
  nodes: readonly RedisServer[],
  primaries: number,
  {
    admin,
    idOf,
    busPortOf,
  }: Pick<Cluster, 'admin' | 'idOf'> & {
    readonly busPortOf: (node: RedisServer) => number;
  },
): Promise<void> {
  const say = async (node: RedisServer, ...words: (string | number)[]): Promise<unknown> =>
    admin(node).call('CLUSTER', ...words);
  await Promise.all(
    nodes.map(async (node, index) => {
      await say(node, 'SET-CONFIG-EPOCH', index + 1);
      const [from, next] = [index, index + 1].map((at) => Math.round((at * SLOTS) / primaries));
      if (index < primaries) await say(node, 'ADDSLOTSRANGE', from ?? 0, (next ?? SLOTS) - 1);
      // Not only the first one meets the others, which would be slower.
      for (const other of nodes.slice(index + 1)) {
        // oxlint-disable-next-line no-await-in-loop -- on one connection
        await say(node, 'MEET', '127.0.0.1', other.port, busPortOf(other));
      }
    }),
  );
  const isKnown = async (node: RedisServer): Promise<boolean> => {
    const known = (await say(node, 'NODES')) as string;
    const lines = known.trim().split('\n');
    return lines.length === nodes.length && !/handshake|fail|noaddr/.test(known);
  };
  const everywhere = async (what: string, holds: (node: RedisServer) => Promise<boolean>) =>
    Promise.all(nodes.map((node) => eventually(what, async () => holds(node), AGREE_MAX_MS)));
  await everywhere('node that knows all others', isKnown);
  await Promise.all(
    nodes.slice(primaries).map(async (replica, index) => {
      const primary = nodes[index % primaries];
      if (primary !== undefined) await say(replica, 'REPLICATE', await idOf(primary));
    }),
  );
  await everywhere('node that finds the Cluster whole', async (node) => {
    const [info, seen] = [
      (await say(node, 'INFO')) as string,
      await slotsSeenBy(node, admin(node)),
    ];
    const listed = (seen ?? []).reduce((sum, { ports }) => sum + ports.length, 0);
    const isOk = info.includes('cluster_state:ok') && listed === nodes.length;
    const replication = await admin(node).info('replication');
    return isOk && /role:master|master_link_status:up/.test(replication);
  });
}
