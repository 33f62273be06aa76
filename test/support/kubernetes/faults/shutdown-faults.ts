import { PROCESS_SETTINGS } from '../../../../src/settings/process-settings.ts';
import { parseDuration } from '../../../../src/terms/duration.ts';
import { environmentOf, workloadsIn } from '../kube-object.ts';
import type { KubeObject } from '../kube-object.ts';

/** Kubernetes' default. */
const DEFAULT_GRACE_S = 30;
/** The time to close the store and the log after the last check. */
const CLOSING_MS = 5_000;
/**
 * How long Envoy may still ask a replica that stops: until it is removed from the EndpointSlice (2 s), the cache of
 * CoreDNS has expired (5 s, its default) and Envoy has looked the name up again (5 s, its default).
 */
const NAME_CHANGES_MS = 12_000;

/** Shutdowns that Kubernetes would cut short, or that would end before every Envoy knows; one line each. */
export function shutdownFaults(objects: readonly KubeObject[]): string[] {
  return workloadsIn(objects).flatMap((workload) =>
    workload.pod.containers.flatMap((container) => {
      const environment = environmentOf(container, workload, objects);
      if (environment['CURFEW_STORE'] === undefined) return [];
      const delayMs = durationOf('CURFEW_DRAIN_DELAY', environment);
      const needsMs = delayMs + durationOf('CURFEW_DRAIN_TIMEOUT', environment) + CLOSING_MS;
      const graceMs = (workload.pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000;
      const faults: string[] = [];
      if (!(graceMs >= needsMs)) {
        faults.push(`${workload.title} needs ${needsMs} ms to stop, and is given ${graceMs} ms`);
      }
      // With the embedded store there is one replica, and no other to take over.
      if (environment['CURFEW_STORE'] !== 'memory:' && !(delayMs >= NAME_CHANGES_MS)) {
        faults.push(
          `${workload.title} stops after ${delayMs} ms, before every Envoy can know that it does`,
        );
      }
      return faults;
    }),
  );
}

function durationOf(variable: string, environment: Readonly<Record<string, string>>): number {
  const setting = PROCESS_SETTINGS.find((other) => other.variable === variable);
  return parseDuration(environment[variable] ?? setting?.default ?? '') ?? Number.NaN;
}
