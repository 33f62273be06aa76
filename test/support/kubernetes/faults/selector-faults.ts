import { sameNamespace, selects, titleOf, workloadsIn } from '../kube-object.ts';
import type { KubeObject, Labels } from '../kube-object.ts';

interface Selecting {
  readonly matchLabels?: Labels;
}

/**
 * Selectors that select nothing, one line each. A cluster accepts such objects silently: a Service without pods, a budget
 * that protects nothing, a network rule for no pod.
 */
export function selectorFaults(objects: readonly KubeObject[]): string[] {
  return objects.flatMap((object) => {
    switch (object.kind) {
      case 'Deployment':
        return deploymentFaults(object, objects);
      case 'Service':
        return podFaults(object, (object.spec as { selector?: Labels }).selector, objects);
      case 'PodDisruptionBudget':
        return podFaults(
          object,
          (object.spec as { selector: Selecting }).selector.matchLabels,
          objects,
        );
      case 'NetworkPolicy':
        return podFaults(
          object,
          (object.spec as { podSelector: Selecting }).podSelector.matchLabels,
          objects,
        );
      case 'ServiceMonitor':
        return monitorFaults(object, objects);
      case 'HorizontalPodAutoscaler':
        return autoscalerFaults(object, objects);
      default:
        return [];
    }
  });
}

function podFaults(
  object: KubeObject,
  selector: Labels | undefined,
  objects: readonly KubeObject[],
): string[] {
  if (selector === undefined) return [`${titleOf(object)} has no selector`];
  const selected = workloadsIn(objects).filter(
    (workload) => sameNamespace(workload.object, object) && selects(selector, workload.labels),
  );
  return selected.length > 0 ? [] : [`${titleOf(object)} selects no pods`];
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly selector: Selecting;
}

function deploymentFaults(object: KubeObject, objects: readonly KubeObject[]): string[] {
  const title = titleOf(object);
  const faults: string[] = [];
  const { replicas, selector } = object.spec as DeploymentSpec;
  const workload = workloadsIn([object])[0];
  const labels = workload?.labels ?? {};
  if (!selects(selector.matchLabels ?? {}, labels)) {
    faults.push(`${title} does not select its own pods`);
  }
  for (const { labelSelector } of workload?.pod.topologySpreadConstraints ?? []) {
    if (selects(labelSelector?.matchLabels ?? {}, labels)) continue;
    faults.push(`${title} spreads pods that are not its own`);
  }
  const isScaled = objects.some((other) => scales(other, object));
  if (isScaled && replicas !== undefined) {
    faults.push(`${title} sets replicas, and so does its autoscaler`);
  }
  if (!isScaled && replicas === undefined) {
    faults.push(`${title} has no replicas, and nothing that scales it`);
  }
  const account = workload?.pod.serviceAccountName;
  const hasAccount = objects.some(
    (other) => other.kind === 'ServiceAccount' && other.metadata.name === account,
  );
  if (account !== undefined && !hasAccount) faults.push(`${title} wants the account ${account}`);
  return faults;
}

interface AutoscalerSpec {
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly metrics?: readonly { readonly containerResource?: { readonly container: string } }[];
}

function scales(autoscaler: KubeObject, object: KubeObject): boolean {
  if (autoscaler.kind !== 'HorizontalPodAutoscaler') return false;
  const { kind, name } = (autoscaler.spec as AutoscalerSpec).scaleTargetRef;
  return kind === object.kind && name === object.metadata.name && sameNamespace(autoscaler, object);
}

function autoscalerFaults(object: KubeObject, objects: readonly KubeObject[]): string[] {
  const target = workloadsIn(objects).find((workload) => scales(object, workload.object));
  if (target === undefined) return [`${titleOf(object)} scales nothing`];
  const names = target.pod.containers.map(({ name }) => name);
  return ((object.spec as AutoscalerSpec).metrics ?? [])
    .map(({ containerResource }) => containerResource?.container)
    .filter((container) => container !== undefined && !names.includes(container))
    .map((container) => `${titleOf(object)} measures the container ${container}, which is not`);
}

function monitorFaults(object: KubeObject, objects: readonly KubeObject[]): string[] {
  const { selector } = object.spec as { selector: Selecting };
  const isSelected = objects.some(
    (other) =>
      other.kind === 'Service' &&
      sameNamespace(other, object) &&
      selects(selector.matchLabels ?? {}, other.metadata.labels ?? {}),
  );
  return isSelected ? [] : [`${titleOf(object)} selects no Service`];
}
