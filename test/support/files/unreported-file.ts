import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file whose changes the file system does not report to a watch of its folder. */
export interface UnreportedFile {
  readonly path: string;
  /** Replaces the content of the file. */
  change(text: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Writes such a file. Its path is a symlink to a symlink in another folder, which leads to the content.
 * A watch observes the first and the last folder, and only the one in between changes.
 */
export async function writeUnreportedFile(text: string): Promise<UnreportedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-unreported-'));
  const between = join(folder, 'between');
  const path = join(folder, 'watched', 'file');
  let versions = 0;
  const change = async (next: string): Promise<void> => {
    versions += 1;
    const version = join(folder, `version-${versions}`);
    await mkdir(version);
    await writeFile(join(version, 'file'), next, { mode: 0o600 });
    await symlink(join(version, 'file'), join(between, 'next'));
    await rename(join(between, 'next'), join(between, 'link'));
  };
  await mkdir(between);
  await mkdir(join(folder, 'watched'));
  await change(text);
  await symlink(join(between, 'link'), path);
  return { path, change, remove: () => rm(folder, { recursive: true, force: true }) };
}
