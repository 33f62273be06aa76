import { eventually } from '../time/eventually.ts';
import type { Cluster } from './cluster.ts';
import type { RedisServer } from './redis-server.ts';

const MIGRATE_MAX_MS = 15_000;
const MOVED_MAX_MS = 30_000;

/** A slot that goes from one primary to another, a few keys at a time. */
export interface SlotMove {
  /** Moves at most so many keys, and returns how many it were. */
  moveKeys(max: number): Promise<number>;
  /** Gives the slot to its new primary. Keys that are left behind are lost. */
  finish(): Promise<void>;
}

/** Announces the move to both primaries: from now on one of them answers ASK and both TRYAGAIN. */
export async function beginMove(
  cluster: Cluster,
  slot: number,
  { from, to }: { readonly from: RedisServer; readonly to: RedisServer },
): Promise<SlotMove> {
  const [source, target] = [cluster.admin(from), cluster.admin(to)];
  const [sourceId, targetId] = [await cluster.idOf(from), await cluster.idOf(to)];
  await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId);
  await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId);
  return {
    moveKeys: async (max) => {
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, max)) as string[];
      if (keys.length === 0) return 0;
      const address = ['127.0.0.1', to.port, '', 0, MIGRATE_MAX_MS] as const;
      await source.call('MIGRATE', ...address, 'AUTH2', 'admin', 'any', 'KEYS', ...keys);
      return keys.length;
    },
    finish: async () => {
      // First the new one, so that the slot is never without a primary.
      for (const admin of [target, source]) {
        // oxlint-disable-next-line no-await-in-loop -- in this order
        await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
      }
      await untilItOwns(cluster, slot, to);
    },
  };
}

/** Moves a whole slot, so many keys at a time. Resolves when most nodes know. */
export async function moveSlot(
  cluster: Cluster,
  slot: number,
  way: { readonly from: RedisServer; readonly to: RedisServer; readonly keysAtOnce: number },
): Promise<void> {
  const move = await beginMove(cluster, slot, way);
  // oxlint-disable-next-line no-await-in-loop -- a few keys after the other
  while ((await move.moveKeys(way.keysAtOnce)) > 0);
  await move.finish();
}

/** Moves a whole slot atomically, on Valkey 9 or newer. Resolves when most nodes know. */
export async function moveSlotAtomically(
  cluster: Cluster,
  slot: number,
  { from, to }: { readonly from: RedisServer; readonly to: RedisServer },
): Promise<void> {
  const words = ['SLOTSRANGE', slot, slot, 'NODE', await cluster.idOf(to)] as const;
  await cluster.admin(from).call('CLUSTER', 'MIGRATESLOTS', ...words);
  await untilItOwns(cluster, slot, to);
}

async function untilItOwns(cluster: Cluster, slot: number, node: RedisServer): Promise<void> {
  const isOwner = async () => (await cluster.ownerOf(slot)) === node;
  await eventually('slot at its new primary', isOwner, MOVED_MAX_MS);
}
