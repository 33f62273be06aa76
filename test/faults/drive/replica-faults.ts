import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { rollOthers, type TimeScale } from './policy-versions.ts';
import type { Recorder } from './recorder.ts';
import type { Replicas } from './replicas.ts';

/** One that has just started does not know what the store must have. */
export const REPLICA_KILLED = 'a replica of Curfew is killed';

/** What may happen to the replicas of Curfew, whatever their store is. */
export function replicaFaults(
  replicas: Replicas,
  recorder: Recorder,
  scale: TimeScale,
): readonly Fault[] {
  return [
    {
      name: REPLICA_KILLED,
      inject: async (dice) => {
        const replica = dice.anyOf(replicas.all);
        await replica.kill();
        await sleep(dice.between(100, 800));
        await replica.start();
        await replicas.ready();
      },
    },
    {
      name: 'the policy file changes',
      inject: (dice) => {
        const { policies } = recorder.file;
        return replicas.changePolicies(rollOthers(dice, scale, policies));
      },
    },
    { name: 'a new server key', inject: () => replicas.addKey() },
  ];
}
