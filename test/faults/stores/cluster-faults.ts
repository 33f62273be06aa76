import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../support/redis/cluster.ts';
import { moveSlot, moveSlotAtomically } from '../../support/redis/cluster-moves.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import type { Fault } from '../drive/fault.ts';
import { anotherPrimary, anyPart, replicaOf, whole } from './cluster-parts.ts';

/** A node counts as failed after it; a little later a replica takes over. */
export const NODE_TIMEOUT_MS = 2_000;

/** Of two nodes that come back from their files, the one that is promoted may be a little behind. */
const REPLICATION_LAG_MAX_MS = 1_000;

/** What happens to nodes, or between them, and replaces no primary for good. */
export function clusterFaults(cluster: Cluster): readonly Fault[] {
  return [
    {
      name: 'a replica of the store is killed and comes back',
      needsOthers: true,
      inject: async (dice) => {
        const replica = await replicaOf(cluster, (await anyPart(cluster, dice)).owner);
        await replica.kill();
        await sleep(dice.between(200, 1_000));
        await replica.restart();
        await whole(cluster);
      },
    },
    {
      name: 'a primary and its replica are killed',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      needsOthers: true,
      inject: async (dice) => {
        const { owner } = await anyPart(cluster, dice);
        const both = [owner, await replicaOf(cluster, owner)];
        await Promise.all(both.map((node) => node.kill()));
        await sleep(dice.between(1_000, 3 * NODE_TIMEOUT_MS));
        await Promise.all(both.map((node) => node.restart()));
        await whole(cluster);
      },
    },
    {
      name: 'a primary and its replica are killed, and that stops all others',
      mayLoseMs: REPLICATION_LAG_MAX_MS,
      needsOthers: true,
      inject: async (dice) => {
        const { owner } = await anyPart(cluster, dice);
        const both = [owner, await replicaOf(cluster, owner)];
        await needFullCoverage(cluster, 'yes');
        await Promise.all(both.map((node) => node.kill()));
        await sleep(dice.between(1_000, 3 * NODE_TIMEOUT_MS));
        await Promise.all(both.map((node) => node.restart()));
        await whole(cluster);
        await needFullCoverage(cluster, 'no');
      },
    },
    {
      name: 'a primary and its replica are cut off from the other nodes',
      needsOthers: true,
      inject: async (dice) => {
        const { owner } = await anyPart(cluster, dice);
        await cluster.cutOff([owner, await replicaOf(cluster, owner)]);
        await sleep(dice.between(NODE_TIMEOUT_MS / 2, 4 * NODE_TIMEOUT_MS));
        await cluster.cutOff([]);
        await whole(cluster);
      },
    },
    {
      name: 'a primary is frozen for a moment',
      inject: async (dice) => {
        const { owner } = await anyPart(cluster, dice);
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

/** How slots go to another primary, and back. */
export function slotMoves(cluster: Cluster, canMoveAtomically: boolean): readonly Fault[] {
  const way = (
    name: string,
    move: (slot: number, way: { from: RedisServer; to: RedisServer }) => Promise<void>,
  ): Fault => ({
    name,
    needsOthers: true,
    inject: async (dice) => {
      const { owner, slot } = await anyPart(cluster, dice);
      const other = await anotherPrimary(cluster, dice, owner);
      await move(slot, { from: owner, to: other });
      await sleep(dice.between(200, 1_000));
      await move(slot, { from: other, to: owner });
    },
  });
  const keyByKey = way('a slot is moved key by key to another primary, and back', (slot, nodes) =>
    moveSlot(cluster, slot, { ...nodes, keysAtOnce: 2 }),
  );
  const atomically = way('a slot is moved atomically to another primary, and back', (slot, nodes) =>
    moveSlotAtomically(cluster, slot, nodes),
  );
  return canMoveAtomically ? [keyByKey, atomically] : [keyByKey];
}

async function needFullCoverage(cluster: Cluster, needed: 'yes' | 'no'): Promise<void> {
  await Promise.all(
    cluster.nodes.map(async (node) =>
      cluster.admin(node).config('SET', 'cluster-require-full-coverage', needed),
    ),
  );
}
