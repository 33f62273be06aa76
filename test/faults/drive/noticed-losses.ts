import { eventually } from '../../support/time/eventually.ts';
import type { Fault } from './fault.ts';
import type { Replicas } from './replicas.ts';

/** A sweeper that turns on a busy machine looks at the marks within this time. */
const NOTICED_MAX_MS = 60_000;

/** The same fault; one that loses data is over when every replica of Curfew has counted the loss. */
export function noticed(fault: Fault, { all }: Replicas): Fault {
  if (fault.isLoss !== true) return fault;
  return {
    ...fault,
    inject: async (dice) => {
      const before = await Promise.all(all.map((one) => one.lostPartitions()));
      await fault.inject(dice);
      const haveCounted = async (): Promise<boolean> => {
        const now = await Promise.all(all.map((one) => one.lostPartitions()));
        return now.every((lost, index) => lost > (before[index] ?? Infinity));
      };
      await eventually(`count of what "${fault.name}" lost`, haveCounted, NOTICED_MAX_MS);
    },
  };
}
