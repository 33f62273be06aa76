import { PROCESS_SETTINGS } from '../../../../src/settings/process-settings.ts';
import { environmentOf, sameNamespace, titleOf, workloadsIn } from '../kube-object.ts';
import type { Container, KubeObject, Workload } from '../kube-object.ts';
import { filesOf } from '../mounted-files.ts';

const WORLD_READABLE = 0o004;

/** Files that would be missing, would never change, or that too many users could read; one line each. */
export function volumeFaults(objects: readonly KubeObject[]): string[] {
  const secrets = objects
    .filter(({ kind }) => kind === 'Secret')
    .map((object) => `${titleOf(object)} must not be among what is shipped`);
  return [
    ...secrets,
    ...workloadsIn(objects).flatMap((workload) => [
      ...mountFaults(workload),
      ...sourceFaults(workload, objects),
      ...workload.pod.containers.flatMap((container) =>
        settingFaults(workload, container, objects),
      ),
    ]),
  ];
}

function mountFaults({ title, pod }: Workload): string[] {
  const containers = [...pod.containers, ...(pod.initContainers ?? [])];
  const mounts = containers.flatMap((container) => container.volumeMounts ?? []);
  const names = (pod.volumes ?? []).map(({ name }) => name);
  return [
    ...mounts
      .filter(({ name }) => !names.includes(name))
      .map(({ name }) => `${title} mounts ${name}, which is not one of its volumes`),
    ...names
      .filter((name) => !mounts.some((mount) => mount.name === name))
      .map((name) => `${title} has a volume ${name} that no container mounts`),
    ...mounts
      .filter(({ subPath, subPathExpr }) => (subPath ?? subPathExpr) !== undefined)
      .map(({ mountPath }) => `${title} mounts ${mountPath} by subPath, which never changes`),
  ];
}

function sourceFaults(workload: Workload, objects: readonly KubeObject[]): string[] {
  const { title, pod, object } = workload;
  const envMaps = pod.containers
    .flatMap((container) => container.envFrom ?? [])
    .map(({ configMapRef }) => configMapRef?.name);
  const maps = objects.filter(
    (other) => other.kind === 'ConfigMap' && sameNamespace(other, object),
  );
  return [
    ...(pod.volumes ?? [])
      .flatMap((volume) => filesOf(volume, workload, objects))
      .filter((file) => typeof file === 'string')
      .map((missing) => `${title} wants ${missing}`),
    ...envMaps
      .filter((name) => !maps.some((map) => map.metadata.name === name))
      .map((name) => `${title} wants ConfigMap ${String(name)}, which nothing makes`),
    ...(pod.volumes ?? [])
      .filter(({ secret }) => ((secret?.defaultMode ?? 0) & WORLD_READABLE) !== 0)
      .concat(
        (pod.volumes ?? []).filter(({ secret }) => secret && secret.defaultMode === undefined),
      )
      .map(({ name }) => `${title} lets every user of the container read the Secret in ${name}`),
  ];
}

/** Every file that a setting names must be in a mounted volume, and every setting must exist. */
function settingFaults(
  workload: Workload,
  container: Container,
  objects: readonly KubeObject[],
): string[] {
  const known = new Set(PROCESS_SETTINGS.map(({ variable }) => variable));
  const files = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = workload.pod.volumes?.find((other) => other.name === name);
    const found = volume === undefined ? [] : filesOf(volume, workload, objects);
    return found.flatMap((file) => (typeof file === 'string' ? [] : [`${mountPath}/${file.path}`]));
  });
  const settings = Object.entries(environmentOf(container, workload, objects)).filter(([name]) =>
    name.startsWith('CURFEW_'),
  );
  return [
    ...settings
      .filter(([name]) => !known.has(name))
      .map(([name]) => `${workload.title} sets ${name}, which is not a setting`),
    ...settings
      .filter(([name]) => name === 'CURFEW_CONFIG' || name.endsWith('_FILE'))
      .filter(([, path]) => !files.includes(path))
      .map(([name, path]) => `${workload.title} ${name} names ${path}, which is not mounted`),
  ];
}
