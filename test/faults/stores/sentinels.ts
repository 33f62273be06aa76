import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import type { StoreServerName } from '../../../tools/store-servers.ts';
import { startSentinels } from '../../support/redis/sentinels.ts';
import type { Sentinels } from '../../support/redis/sentinels.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { Fault } from '../drive/fault.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';
import { serverVersion } from './server-version.ts';

const DOWN_AFTER_MS = 1_000;
const REPLICAS = 2;
/** A former primary becomes a replica ten seconds after Sentinel has seen it again. */
const MEND_MAX_MS = 60_000;
/** Replication is asynchronous; on one machine it is behind by much less. */
const REPLICATION_LAG_MAX_MS = 1_000;

/** A primary with two replicas and three Sentinels. A primary without a replica refuses writes. */
export async function startSentinelStore(
  replicas: number,
  server?: StoreServerName,
): Promise<FaultyStore> {
  const redis = await startSentinels({
    bin: await provideStoreServer(server),
    downAfterMs: DOWN_AFTER_MS,
    replicas: REPLICAS,
    minReplicasToWrite: 1,
  });
  const [first] = redis.servers;
  if (first === undefined) throw new Error('no server');
  const version = await serverVersion(redis.admin(first));
  const url = `redis+sentinel://${redis.hosts}/${redis.name}`;
  return {
    name: `three Sentinels, ${version}`,
    urls: Array.from({ length: replicas }, () => url),
    flags: [],
    faults: [
      ...sentinelFailovers(redis),
      ...(version.startsWith('Valkey') ? [coordinatedFailover(redis)] : []),
      ...serverFaults(redis),
    ],
    close: () => redis.close(),
  };
}

/** Every way in which another server becomes the primary. */
function sentinelFailovers(redis: Sentinels): readonly Fault[] {
  return [
    {
      name: 'the primary is killed',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      isFailover: true,
      needsOthers: true,
      inject: async () => {
        const former = await primaryOf(redis);
        await former.kill();
        await redis.primaryAfter(former);
        await former.restart();
        await whole(redis);
      },
    },
    {
      name: 'the primary is frozen, replaced, and wakes',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      isFailover: true,
      needsOthers: true,
      inject: async () => {
        const former = await primaryOf(redis);
        former.pause();
        await redis.primaryAfter(former);
        former.resume();
        await whole(redis);
      },
    },
    {
      name: 'a planned failover',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      isFailover: true,
      needsOthers: true,
      inject: async () => {
        await redis.failOver();
        await whole(redis);
      },
    },
  ];
}

/** The former primary waits until the new one has everything: nothing may be lost. */
function coordinatedFailover(redis: Sentinels): Fault {
  return {
    name: 'a planned failover that the primary coordinates',
    isFailover: true,
    needsOthers: true,
    inject: async () => {
      await redis.failOver('coordinated');
      await whole(redis);
    },
  };
}

function serverFaults(redis: Sentinels): readonly Fault[] {
  return [
    {
      name: 'the primary is frozen for a moment',
      inject: async (dice) => {
        const primary = await primaryOf(redis);
        primary.pause();
        await sleep(dice.between(200, DOWN_AFTER_MS / 2));
        primary.resume();
      },
    },
    {
      name: 'a replica of the store is killed and comes back',
      needsOthers: true,
      inject: async (dice) => {
        const primary = await primaryOf(redis);
        const replica = dice.anyOf(redis.servers.filter((server) => server !== primary));
        await replica.kill();
        await sleep(dice.between(200, 1_000));
        await replica.restart();
        await whole(redis);
      },
    },
    {
      name: 'the scripts of all servers are flushed',
      inject: async () => {
        await Promise.all(redis.servers.map(async (one) => redis.admin(one).script('FLUSH')));
      },
    },
  ];
}

async function primaryOf(redis: Sentinels): Promise<RedisServer> {
  return eventually('primary', () => redis.primary(), MEND_MAX_MS);
}

/** Resolves when every other server is again a replica that has the data. */
async function whole(redis: Sentinels): Promise<void> {
  await eventually(
    'replicas of the primary',
    async () => {
      const primary = await redis.primary();
      if (primary === undefined) return false;
      const info = await redis.admin(primary).info('replication');
      return info.includes('role:master') && info.match(/state=online/g)?.length === REPLICAS;
    },
    MEND_MAX_MS,
  );
}
