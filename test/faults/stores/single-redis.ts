import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { startFaultyRedis } from '../../support/redis/faulty-redis.ts';
import type { FaultyRedis } from '../../support/redis/faulty-redis.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { openAdmin, startGuardedRedis } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { Fault } from '../drive/fault.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';
import { asCurfew } from './as-curfew.ts';
import { serverVersion } from './server-version.ts';

/** Of `appendfsync everysec`: an fsync that takes long lets a write of the file wait that long. */
const APPEND_MAX_MS = 2_000;
/** Too little for the data that is there. */
const TOO_LITTLE_MEMORY = '1000';

/** One Redis that appends to a file, with the ACL that we ship, and a way to it for each replica. */
export async function startSingleRedis(replicas: number): Promise<FaultyStore> {
  const server = await startGuardedRedis(['--appendonly', 'yes', '--appendfsync', 'everysec']);
  const admin = openAdmin(server);
  const ways = await Promise.all(
    Array.from({ length: replicas }, () => startFaultyRedis(server.port)),
  );
  const curfew = await asCurfew();
  return {
    name: await serverVersion(admin),
    urls: ways.map(({ port }) => `redis://curfew@127.0.0.1:${port}`),
    flags: curfew.flags,
    faults: [...serverFaults(server, admin), ...wayFaults(ways)],
    close: async () => {
      admin.disconnect();
      await Promise.all(ways.map((way) => way.close()));
      await server.stop();
      await curfew.remove();
    },
  };
}

function serverFaults(server: RedisServer, admin: Redis): readonly Fault[] {
  return [
    {
      name: 'the store is frozen, then wakes',
      inject: async (dice) => {
        server.pause();
        await sleep(dice.between(1_000, 3_000));
        server.resume();
      },
    },
    {
      name: 'the store is killed and restarts from its file',
      mayLoseMs: APPEND_MAX_MS,
      inject: async (dice) => {
        await server.kill();
        await sleep(dice.between(200, 1_500));
        await server.restart();
        await answering(admin);
      },
    },
    { name: 'its scripts are flushed', inject: async () => void (await admin.script('FLUSH')) },
    {
      name: 'its memory is full',
      inject: async (dice) => {
        await admin.config('SET', 'maxmemory', TOO_LITTLE_MEMORY);
        await sleep(dice.between(1_000, 2_500));
        await admin.config('SET', 'maxmemory', '0');
      },
    },
  ];
}

function wayFaults(ways: readonly FaultyRedis[]): readonly Fault[] {
  const during = async (
    way: FaultyRedis,
    fault: Parameters<FaultyRedis['become']>[0],
    ms: number,
  ) => {
    way.become(fault);
    await sleep(ms);
    way.become({ kind: 'none' });
  };
  return [
    {
      name: 'one replica is cut off from the store',
      inject: async (dice) =>
        during(dice.anyOf(ways), { kind: 'frozen' }, dice.between(800, 2_500)),
    },
    {
      name: 'all replicas are cut off from the store',
      inject: async (dice) => {
        const ms = dice.between(800, 2_500);
        await Promise.all(ways.map((way) => during(way, { kind: 'frozen' }, ms)));
      },
    },
    {
      name: 'the way to the store is slow',
      inject: async (dice) => {
        const delayMs = dice.anyOf([5, 50, 140, 200]);
        await during(dice.anyOf(ways), { kind: 'slow', delayMs }, dice.between(1_000, 2_500));
      },
    },
    {
      name: 'connections to the store are reset',
      inject: async (dice) => during(dice.anyOf(ways), { kind: 'reset' }, dice.between(300, 1_000)),
    },
    {
      name: 'replies of the store come byte by byte',
      inject: async (dice) =>
        during(dice.anyOf(ways), { kind: 'sliced' }, dice.between(500, 1_000)),
    },
  ];
}

async function answering(admin: Redis): Promise<void> {
  await eventually('an answer of the store', async () => (await admin.ping()) === 'PONG');
}
