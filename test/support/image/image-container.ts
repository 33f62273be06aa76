// What a container engine does with an image, done by hand: only its own root file system, mounted read-only, and an
// unprivileged user that cannot get more rights. It needs root, as an engine does.

import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user of distroless images whose tag ends in `nonroot`. */
const NONROOT = '65532:65532';

/** Whether this process may mount, and change the root folder. */
export function canContain(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/**
 * Puts the content of the base image into a root folder: Node at its place in distroless, and the libraries that it is
 * linked with. No shell, no package manager, nothing else.
 */
export async function putNode(root: string): Promise<void> {
  const program = join(root, 'nodejs', 'bin', 'node');
  await mkdir(dirname(program), { recursive: true });
  await copyFile(process.execPath, program);
  await chmod(program, 0o755);
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = stdout.match(/\/\S+/g) ?? [];
  for (const library of libraries) {
    // oxlint-disable no-await-in-loop -- a handful of files
    const target = join(root, dirname(library), basename(library));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(library, target);
    await chmod(target, 0o755);
    // oxlint-enable no-await-in-loop
  }
  for (const folder of ['proc', 'dev', 'etc/curfew']) {
    // oxlint-disable-next-line no-await-in-loop -- three folders
    await mkdir(join(root, folder), { recursive: true });
  }
}

/**
 * The command that runs `words` in the container, in the folder `workdir` as seen from inside. Its process becomes the
 * program itself, so that its signals and its end are the program's.
 */
export function containedCommand(
  root: string,
  workdir: string,
  words: readonly string[],
): { file: string; args: string[] } {
  const script = `
    set -e
    mount --bind "$1" "$1"
    mount -o remount,bind,ro "$1"
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    mount -o remount,bind,ro "$1/dev"
    root="$1" user="$2"; shift 2
    exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"`;
  // chroot starts in /, and an image without a shell cannot change the folder, so Node gets the full path.
  const inside = words.map((word) => (word.startsWith('dist/') ? join(workdir, word) : word));
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root, NONROOT];
  return { file: 'unshare', args: [...args, ...inside] };
}
