import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { rollOthers, type TimeScale } from './policy-versions.ts';
import type { Recorder } from './recorder.ts';
import type { Replicas } from './replicas.ts';

/** What may happen to the replicas of Curfew, whatever their store is. */
export function replicaFaults(
  replicas: Replicas,
  recorder: Recorder,
  scale: TimeScale,
): readonly Fault[] {
  return [
    {
      name: 'a replica of Curfew is killed',
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
