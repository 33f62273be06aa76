import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { filesOf } from './mounted-files.ts';
import { sameNamespace } from './kube-object.ts';
import type { Container, KubeObject, Workload } from './kube-object.ts';

/** The contents of Secrets, by name and key. */
export type SecretTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

const DEFAULT_MODE = 0o644;
const ALL_MAY_ENTER = 0o755;

/**
 * Writes what a container's volumes hold below `root`, as the kubelet does: the files in a folder of their own, to
 * which `..data` leads, and beside it a link for each file. Where they are already, `..data` is swapped.
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
      if (text === undefined) throw new Error(`nobody says what is in ${from}/${file.key}`);
      return { path: file.path, text };
    });
    const mode = volume.secret?.defaultMode ?? volume.configMap?.defaultMode ?? DEFAULT_MODE;
    // oxlint-disable-next-line no-await-in-loop -- a handful of small files
    await writeVolume(join(root, mountPath), files, mode);
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

/** The first time it makes the folder; later it swaps what is in it in one step. */
async function writeVolume(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
  mode: number,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ALL_MAY_ENTER });
  const stamp = basename(await mkdtemp(join(folder, '..2026_11_25_06_45_00.')));
  await chmod(join(folder, stamp), ALL_MAY_ENTER);
  await Promise.all(
    files.map(async ({ path, text }) => {
      const file = join(folder, stamp, path);
      await mkdir(dirname(file), { recursive: true, mode: ALL_MAY_ENTER });
      await writeFile(file, text);
      await chmod(file, mode);
    }),
  );
  await symlink(stamp, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  const tops = new Set(files.map(({ path }) => path.split('/')[0] ?? ''));
  const links = [...tops].filter((top) => !existsSync(join(folder, top)));
  await Promise.all(links.map((top) => symlink(join('..data', top), join(folder, top))));
}
