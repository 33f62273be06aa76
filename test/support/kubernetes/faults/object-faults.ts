import type { KubeObject } from '../kube-object.ts';
import { portFaults } from './port-faults.ts';
import { selectorFaults } from './selector-faults.ts';
import { settingFaults } from './setting-faults.ts';
import { shutdownFaults } from './shutdown-faults.ts';
import { volumeFaults } from './volume-faults.ts';

/** Faults that a cluster would accept although the objects cannot work together; one line each. */
export function objectFaults(objects: readonly KubeObject[]): string[] {
  return [
    ...selectorFaults(objects),
    ...portFaults(objects),
    ...volumeFaults(objects),
    ...shutdownFaults(objects),
    ...settingFaults(objects),
  ];
}
