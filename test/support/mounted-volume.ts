import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder as the kubelet mounts a ConfigMap or a Secret. */
export interface MountedVolume {
  readonly folder: string;
  /** The path of a file, as a program is given it. */
  path(name: string): string;
  /** Puts other contents in place of all, in one step: `..data` is a symlink, and another takes its name. */
  swap(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts files the way Kubernetes does: each name is a symlink through `..data` into a folder of one version. */
export async function mountVolume(files: Readonly<Record<string, string>>): Promise<MountedVolume> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-volume-'));
  let version = 0;
  const swap = async (contents: Readonly<Record<string, string>>): Promise<void> => {
    const before = version === 0 ? undefined : `..version_${version}`;
    version += 1;
    const next = `..version_${version}`;
    await mkdir(join(folder, next));
    await Promise.all(
      Object.entries(contents).map(([name, text]) =>
        writeFile(join(folder, next, name), text, { mode: 0o640 }),
      ),
    );
    await symlink(next, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    if (before !== undefined) await rm(join(folder, before), { recursive: true });
  };
  await swap(files);
  await Promise.all(
    Object.keys(files).map((name) => symlink(join('..data', name), join(folder, name))),
  );
  return {
    folder,
    path: (name) => join(folder, name),
    swap,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
