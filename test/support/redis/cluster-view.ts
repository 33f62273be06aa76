import type { Redis } from 'ioredis';
import type { RedisServer } from './redis-server.ts';

/** The slots of a Cluster. */
export const SLOTS = 16_384;

/** Slots that lie on one primary, as one node sees it. */
export interface SlotRange {
  /** The first of them. */
  readonly from: number;
  has(slot: number): boolean;
  /** The ports of the primary and then of its replicas. */
  readonly ports: readonly number[];
}

/** Where a node says that the slots are; undefined if it does not run or does not answer. */
export async function slotsSeenBy(
  node: RedisServer,
  admin: Redis,
): Promise<readonly SlotRange[] | undefined> {
  if (!node.isAnswering) return undefined;
  const ranges = await admin.call('CLUSTER', 'SLOTS').catch(() => []);
  return (ranges as [number, number, ...[string, number][]][]).map(([from, to, ...places]) => ({
    from,
    has: (slot) => from <= slot && slot <= to,
    ports: places.map(([, port]) => port),
  }));
}
