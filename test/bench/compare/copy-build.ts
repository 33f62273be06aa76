import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a build with all that it needs to run, and answers the copy's entry point. The tree may be
 * worked in, and built again, while the copy is measured.
 */
export async function copyBuild(tree: string, folder: string): Promise<string> {
  const text = await readFile(join(tree, 'package.json'), 'utf8');
  const { files } = JSON.parse(text) as { files: readonly string[] };
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', ...files]) {
    // oxlint-disable-next-line no-await-in-loop -- a handful
    await cp(join(tree, file), join(folder, file), { recursive: true });
  }
  await symlink(join(tree, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist', 'main.js');
}
