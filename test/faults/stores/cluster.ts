import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../../support/redis/cluster.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import { moveSlot } from '../../support/redis/cluster-moves.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { Dice } from '../drive/dice.ts';
import type { Fault } from '../drive/fault.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';

const NODE_TIMEOUT_MS = 1_000;
const PARTITIONS = 256;
const MEND_MAX_MS = 60_000;
/** Replication is asynchronous; on one machine it is behind by much less. */
const REPLICATION_LAG_MAX_MS = 1_000;

/** Three primaries with a replica each. Slots without a primary do not stop the others. */
export async function startClusterStore(replicas: number): Promise<FaultyStore> {
  const cluster = await startCluster({ nodeTimeoutMs: NODE_TIMEOUT_MS });
  const [first] = cluster.nodes;
  const info = first === undefined ? '' : await cluster.admin(first).info('server');
  const url = `redis+cluster://${cluster.hosts}`;
  return {
    name: `a Cluster of three primaries, Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'}`,
    urls: Array.from({ length: replicas }, () => url),
    flags: [],
    faults: [...clusterFailovers(cluster), ...nodeFaults(cluster)],
    close: () => cluster.close(),
  };
}

/** Every way in which another node becomes the primary of a part. */
function clusterFailovers(cluster: Cluster): readonly Fault[] {
  return [
    {
      name: 'a primary is killed',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      isFailover: true,
      inject: async (dice) => {
        const { owner, slot } = await partOf(cluster, dice);
        await owner.kill();
        await cluster.ownerAfter(slot, owner);
        await owner.restart();
        await whole(cluster);
      },
    },
    {
      name: 'a primary is frozen, replaced, and wakes',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      isFailover: true,
      inject: async (dice) => {
        const { owner, slot } = await partOf(cluster, dice);
        owner.pause();
        await cluster.ownerAfter(slot, owner);
        owner.resume();
        await whole(cluster);
      },
    },
    {
      name: 'a planned failover',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      isFailover: true,
      inject: async (dice) => {
        const { owner } = await partOf(cluster, dice);
        await cluster.failOver(owner);
        await whole(cluster);
      },
    },
  ];
}

function nodeFaults(cluster: Cluster): readonly Fault[] {
  return [
    {
      name: 'a slot is moved key by key to another primary, and back',
      inject: async (dice) => {
        const { owner: from, slot } = await partOf(cluster, dice);
        const to = dice.anyOf((await primariesOf(cluster)).filter((node) => node !== from));
        await moveSlot(cluster, slot, { from, to, keysAtOnce: 2 });
        await sleep(dice.between(200, 1_000));
        await moveSlot(cluster, slot, { from: to, to: from, keysAtOnce: 2 });
      },
    },
    {
      name: 'a primary is frozen for a moment',
      inject: async (dice) => {
        const { owner } = await partOf(cluster, dice);
        owner.pause();
        await sleep(dice.between(200, NODE_TIMEOUT_MS / 2));
        owner.resume();
      },
    },
    {
      name: 'the scripts of all nodes are flushed',
      inject: async () => {
        await Promise.all(cluster.nodes.map(async (one) => cluster.admin(one).script('FLUSH')));
      },
    },
  ];
}

/** A slot of some partition, and its primary. */
async function partOf(cluster: Cluster, dice: Dice): Promise<{ owner: RedisServer; slot: number }> {
  const partition = Math.floor(dice.between(0, PARTITIONS));
  const slot = await cluster.slotOf(partition.toString(16).padStart(2, '0'));
  const owner = await eventually('owner', () => cluster.ownerOf(slot), MEND_MAX_MS);
  return { owner, slot };
}

async function primariesOf(cluster: Cluster): Promise<readonly RedisServer[]> {
  const infos = await Promise.all(
    cluster.nodes.map(async (node) => cluster.admin(node).info('replication')),
  );
  return cluster.nodes.filter((_, index) => infos[index]?.includes('role:master') === true);
}

/** Resolves when each primary has a replica again that has its data. */
async function whole(cluster: Cluster): Promise<void> {
  await eventually(
    'a replica of each primary',
    async () => {
      const primaries = await primariesOf(cluster);
      const infos = await Promise.all(
        primaries.map(async (node) => cluster.admin(node).info('replication')),
      );
      return primaries.length === 3 && infos.every((info) => info.includes('state=online'));
    },
    MEND_MAX_MS,
  );
}
