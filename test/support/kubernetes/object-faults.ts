import type { KubeObject } from './kube-object.ts';
import { portFaults } from './port-faults.ts';
import { selectorFaults } from './selector-faults.ts';
import { shutdownFaults } from './shutdown-faults.ts';
import { volumeFaults } from './volume-faults.ts';

/** What a cluster would accept although it cannot work: one line for each fault of objects that are applied together. */
export function objectFaults(objects: readonly KubeObject[]): string[] {
  return [
    ...selectorFaults(objects),
    ...portFaults(objects),
    ...volumeFaults(objects),
    ...shutdownFaults(objects),
  ];
}
