import type { Cluster } from '../../support/redis/cluster.ts';
import type { Dice } from '../drive/dice.ts';
import type { Fault } from '../drive/fault.ts';
import { anyPart, whole } from './cluster-parts.ts';
import type { ClusterPart } from './cluster-parts.ts';

/** Replication is asynchronous; on one machine it is behind by much less. */
const REPLICATION_LAG_MAX_MS = 1_000;

/** Every way in which another node becomes the primary of a part. */
export function clusterFailovers(cluster: Cluster): readonly Fault[] {
  const failover = (
    name: string,
    replace: (part: ClusterPart, dice: Dice) => Promise<unknown>,
    mayLoseMs: number | undefined = REPLICATION_LAG_MAX_MS,
  ): Fault => ({
    name,
    ...(mayLoseMs > 0 && { mayLoseMs }),
    isFailover: true,
    needsOthers: true,
    inject: async (dice) => {
      await replace(await anyPart(cluster, dice), dice);
      await whole(cluster);
    },
  });
  return [
    failover('a primary is killed', async ({ owner, slot }) => {
      await owner.kill();
      await cluster.ownerAfter(slot, owner);
      await owner.restart();
    }),
    failover('a primary is frozen, replaced, and wakes', async ({ owner, slot }) => {
      owner.pause();
      await cluster.ownerAfter(slot, owner);
      owner.resume();
    }),
    failover('a primary is cut off from the other nodes, and replaced', async (part) => {
      await cluster.cutOff([part.owner]);
      await cluster.ownerAfter(part.slot, part.owner);
      await cluster.cutOff([]);
    }),
    // The primary waits until its replica has everything: nothing may be lost.
    failover('a planned failover', ({ owner }) => cluster.failOver(owner), 0),
  ];
}
