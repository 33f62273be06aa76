import type { Redis } from 'ioredis';
import type { StoreOptions } from '../../../src/store/opened-store.ts';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { startCluster } from '../redis/cluster.ts';
import type { Cluster, ClusterOptions } from '../redis/cluster.ts';
import { StoreJournal } from './store-journal.ts';
import { AGE, announceAbilities, eventsOf, nowMsOf, openAt, shippedUsers } from './store-world.ts';
import type { ServerWorld } from './store-world.ts';

/** A Cluster with the ACL that we ship for it. */
export async function startGuardedCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return startCluster({ acl: await shippedUsers('cluster/users.acl'), ...options });
}

/** The store URL of a Cluster. */
export function clusterUrl({ hosts }: Cluster): string {
  return `redis+cluster://curfew@${hosts}`;
}

/** A world on a Cluster. Time passes by moving every instant in its data back. */
export async function openClusterWorld(
  cluster: Cluster,
  options: Partial<StoreOptions> = {},
): Promise<ServerWorld> {
  const journal = new StoreJournal();
  const opened = await openAt(clusterUrl(cluster), { observer: journal, ...options });
  await announceAbilities(opened);
  return {
    store: opened.store,
    directory: opened.directory,
    journal,
    sweeper: opened.sweeper,
    opened,
    clear: async () => {
      await onPrimaries(cluster, async (admin) => admin.flushall());
      journal.written.length = 0;
      await announceAbilities(opened);
    },
    nowMs: async () => {
      const [first] = cluster.nodes;
      if (first === undefined) throw new Error('a Cluster without nodes');
      return nowMsOf(cluster.admin(first));
    },
    passTime: async (ms) =>
      onPrimaries(cluster, async (admin) =>
        admin.eval(`#!lua flags=allow-cross-slot-keys\n${AGE}`, 0, ms),
      ),
    events: async (key) => {
      const owner = await cluster.ownerOf(keySlot(partitionOf(key).events));
      if (owner === undefined) throw new Error('a slot without a primary');
      return eventsOf(cluster.admin(owner), key);
    },
    close: async () => opened.close(),
  };
}

async function onPrimaries(
  cluster: Cluster,
  work: (admin: Redis) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    cluster.nodes.map(async (node) => {
      const admin = cluster.admin(node);
      if ((await admin.info('replication')).includes('role:master')) await work(admin);
    }),
  );
}
