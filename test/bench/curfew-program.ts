import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '../support/processes/child-process.ts';

const root = join(import.meta.dirname, '..', '..');

/** A build failed. The message is one line; `output` is what the build printed. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
  readonly output: string;

  constructor(output: string, fault: string = faultIn(output)) {
    super(`the build failed: ${fault}`);
    this.output = output;
  }
}

/**
 * Builds what the package and the image contain, by the build script of its own package.json, and
 * answers its entry point. By default of the tree that this benchmark lies in.
 * @throws {BuildFailed}
 */
export async function buildCurfew(folder: string = root): Promise<string> {
  const build = await startProcess('npm', ['run', '--silent', 'build'], { cwd: folder });
  const end = await build.ended();
  if (end !== 0) throw new BuildFailed(build.log());
  const program = join(folder, 'dist', 'main.js');
  if (!existsSync(program)) throw new BuildFailed(build.log(), 'it left no dist/main.js');
  return program;
}

// Compilers print the first fault first, and its consequences later.
function faultIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /\berror\b/i.test(line)) ??
    lines.findLast((line) => line !== '') ??
    'it printed nothing'
  );
}
