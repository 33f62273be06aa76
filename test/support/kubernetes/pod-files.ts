import { join } from 'node:path';
import { publishVolume } from '../files/mounted-volume.ts';
import { filesOf } from './mounted-files.ts';
import { sameNamespace } from './kube-object.ts';
import type { Container, KubeObject, Workload } from './kube-object.ts';

/** The contents of Secrets, by name and key. */
export type SecretTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

const DEFAULT_MODE = 0o644;

/**
 * Writes the content of a container's volumes below `root`, as the kubelet does. Existing volumes are replaced.
 */
export async function writePodFiles(
  root: string,
  { workload, container }: { readonly workload: Workload; readonly container: Container },
  objects: readonly KubeObject[],
  secrets: SecretTexts,
): Promise<void> {
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = workload.pod.volumes?.find((other) => other.name === name);
    if (volume === undefined) throw new Error(`${workload.title} has no volume ${name}`);
    const files = filesOf(volume, workload, objects).map((file) => {
      if (typeof file === 'string') throw new Error(`${workload.title} wants ${file}`);
      const { kind, name: from } = file.source;
      const text =
        kind === 'Secret'
          ? secrets[from]?.[file.key]
          : configText(from, file.key, workload, objects);
      if (text === undefined) throw new Error(`the content of ${from}/${file.key} is unknown`);
      return [file.path, text] as const;
    });
    const mode = volume.secret?.defaultMode ?? volume.configMap?.defaultMode ?? DEFAULT_MODE;
    // oxlint-disable-next-line no-await-in-loop -- a handful of small files
    await publishVolume(join(root, mountPath), Object.fromEntries(files), mode);
  }
}

function configText(
  name: string,
  key: string,
  { object }: Workload,
  objects: readonly KubeObject[],
): string | undefined {
  return objects.find(
    (other) =>
      other.kind === 'ConfigMap' && other.metadata.name === name && sameNamespace(other, object),
  )?.data?.[key];
}
