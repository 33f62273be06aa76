import { createHash } from 'node:crypto';
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The mode and content hash of every file and link below a folder, by path. Equal trees have equal digests. */
export async function treeDigests(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const digests: Record<string, string> = {};
  for (const entry of entries) {
    // oxlint-disable no-await-in-loop -- a few thousand files, kept out of memory
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isSymbolicLink()) digests[name] = `-> ${await readlink(path)}`;
    else if (entry.isFile()) {
      const mode = ((await stat(path)).mode & 0o777).toString(8);
      digests[name] = `${mode} ${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`;
    }
    // oxlint-enable no-await-in-loop
  }
  return Object.fromEntries(
    Object.entries(digests).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
