import { PROCESS_SETTINGS } from '../../../src/app/process-settings.ts';
import { parseDuration } from '../../../src/policy/duration.ts';
import { environmentOf, workloadsIn } from './kube-object.ts';
import type { KubeObject } from './kube-object.ts';

/** What Kubernetes takes when a pod says nothing. */
const DEFAULT_GRACE_S = 30;
/** For what is closed after the last check: the store, the log. */
const CLOSING_MS = 5_000;
/**
 * How long Envoy may go on asking a replica that stops: until it is out of the EndpointSlice (2 s), CoreDNS has
 * forgotten it (5 s, its default) and Envoy has asked for the name again (5 s, its default).
 */
const NAME_CHANGES_MS = 12_000;

/** Shutdowns that Kubernetes would cut short, or that would end before everybody knows; one line each. */
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
      // With the embedded store there is one replica, and nobody to take over.
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
