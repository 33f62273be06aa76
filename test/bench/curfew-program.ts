import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Builds what the package and the image contain, and answers its entry point. */
export function buildCurfew(): string {
  const { status, stderr, stdout } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
  return join(root, 'dist', 'main.js');
}
