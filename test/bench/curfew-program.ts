import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

/** The flags of Node that its first line names: so is it started as a command, and by the image. */
export function nodeFlagsOf(program: string): readonly string[] {
  const [first = ''] = readFileSync(program, 'utf8').split('\n');
  return first.split(' ').filter((word) => word.startsWith('--'));
}
