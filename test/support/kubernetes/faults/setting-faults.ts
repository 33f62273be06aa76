import {
  ProcessConfigError,
  parseProcessConfig,
} from '../../../../src/settings/parse-process-config.ts';
import { environmentOf, workloadsIn } from '../kube-object.ts';
import type { KubeObject } from '../kube-object.ts';

/** Settings with which `curfew serve` would not start, one line each. */
export function settingFaults(objects: readonly KubeObject[]): string[] {
  return workloadsIn(objects).flatMap((workload) =>
    workload.pod.containers
      .filter(({ args }) => args?.[0] === 'serve')
      .flatMap((container) =>
        problemsOf(environmentOf(container, workload, objects)).map(
          (problem) => `${workload.title} does not start: ${problem}`,
        ),
      ),
  );
}

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseProcessConfig({}, environment);
    return [];
  } catch (error) {
    if (error instanceof ProcessConfigError) return error.problems;
    throw error;
  }
}
