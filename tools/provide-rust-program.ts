import { join } from 'node:path';
import { buildCache, builtProgram } from './built-program.ts';
import type { BuiltProgram } from './built-program.ts';

/**
 * Builds the Cargo package in a folder of this repository, whose dependencies its Cargo.lock fixes. `name` is the name of
 * its program; `madeFrom` has the sources outside of its folder.
 */
export function provideRustProgram(
  name: string,
  folder: string,
  madeFrom: readonly string[] = [],
): Promise<BuiltProgram> {
  const target = join(buildCache, 'rust', name);
  return builtProgram({
    compiler: 'cargo',
    path: join(target, 'release', name),
    madeFrom: [folder, ...madeFrom],
    build: (run) =>
      run('cargo', ['build', '--release', '--locked', '--quiet', '--target-dir', target], {
        cwd: folder,
      }),
  });
}
