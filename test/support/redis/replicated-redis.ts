import type { Redis } from 'ioredis';
import { startMovingAddress } from '../network/moving-address.ts';
import { openAdmin, startGuardedRedis } from '../store/store-world.ts';
import { eventually } from '../time/eventually.ts';
import { startFaultyRedis } from './faulty-redis.ts';
import type { RedisServer } from './redis-server.ts';

/** A primary with replicas, and an address that leads to the primary. */
export interface ReplicatedRedis {
  /** What Curfew connects to. */
  readonly port: number;
  readonly primary: Redis;
  readonly replicas: readonly Redis[];
  readonly primaryServer: RedisServer;
  readonly replicaServers: readonly RedisServer[];
  /** Nothing more reaches the replicas. They stay connected. */
  cutLink(): void;
  /** Promotes the first replica. The address leads to it, and the primary is killed. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

const SYNC_MAX_MS = 30_000;

/**
 * Starts them with the ACL that we ship. Resolves when every replica has the primary's data.
 * @param env more variables of the environment of the replicas
 */
export async function startReplicatedRedis(
  replicaCount = 1,
  env: NodeJS.ProcessEnv = {},
): Promise<ReplicatedRedis> {
  const primaryServer = await startGuardedRedis(['--repl-diskless-sync-delay', '0']);
  const primary = openAdmin(primaryServer);
  const link = await startFaultyRedis(primaryServer.port);
  const replicaServers: RedisServer[] = [];
  for (let count = 0; count < replicaCount; count += 1) {
    const args = ['--replicaof', '127.0.0.1', `${link.port}`];
    args.push('--masteruser', 'admin', '--masterauth', 'any');
    // oxlint-disable-next-line no-await-in-loop -- each takes a free port
    replicaServers.push(await startGuardedRedis(args, { env }));
  }
  const replicas = replicaServers.map(openAdmin);
  const address = await startMovingAddress(primaryServer.port);
  await eventually(
    'replicas with the data',
    async () => {
      const info = await primary.info('replication');
      return (info.match(/state=online/g) ?? []).length === replicaCount;
    },
    SYNC_MAX_MS,
  );
  return {
    port: address.port,
    primary,
    replicas,
    primaryServer,
    replicaServers,
    cutLink: () => link.become({ kind: 'frozen' }),
    failOver: async () => {
      const [next] = replicas;
      const [server] = replicaServers;
      if (next === undefined || server === undefined) throw new Error('there is no replica');
      await primaryServer.kill();
      await next.replicaof('NO', 'ONE');
      address.moveTo(server.port);
    },
    close: async () => {
      for (const admin of [primary, ...replicas]) admin.disconnect();
      address.close();
      await link.close();
      await Promise.all([primaryServer, ...replicaServers].map((server) => server.stop()));
    },
  };
}
