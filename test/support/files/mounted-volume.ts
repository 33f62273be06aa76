import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Texts by the paths of their files. */
export type VolumeFiles = Readonly<Record<string, string>>;

const FOR_A_GROUP = 0o640;
const ALL_MAY_ENTER = 0o755;

/** A folder as the kubelet mounts a ConfigMap or a Secret. */
export interface MountedVolume {
  readonly folder: string;
  /** The path of a file, for a program. */
  path(name: string): string;
  /** Replaces all contents in one step. */
  swap(files: VolumeFiles): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts files as Kubernetes does, in a separate folder. */
export async function mountVolume(files: VolumeFiles, mode?: number): Promise<MountedVolume> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-volume-'));
  await publishVolume(folder, files, mode);
  return {
    folder,
    path: (name) => join(folder, name),
    swap: (next) => publishVolume(folder, next, mode),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Writes a volume as the kubelet does: the files are in the folder of one version, the symlink `..data` leads there, and
 * beside it each file has a link. If there is a version already, a new `..data` is renamed over the old one in one step.
 * @param mode of the files, regardless of this process's umask
 */
export async function publishVolume(
  folder: string,
  files: VolumeFiles,
  mode: number = FOR_A_GROUP,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ALL_MAY_ENTER });
  const before = await readlink(join(folder, '..data')).catch(() => undefined);
  const version = basename(await mkdtemp(join(folder, '..version_')));
  await chmod(join(folder, version), ALL_MAY_ENTER);
  await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      const file = join(folder, version, name);
      await mkdir(dirname(file), { recursive: true, mode: ALL_MAY_ENTER });
      await writeFile(file, text, { mode });
      await chmod(file, mode);
    }),
  );
  await symlink(version, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  const tops = new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''));
  const links = [...tops].filter((top) => !existsSync(join(folder, top)));
  await Promise.all(links.map((top) => symlink(join('..data', top), join(folder, top))));
  if (before !== undefined) await rm(join(folder, before), { recursive: true });
}
