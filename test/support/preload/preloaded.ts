import { join } from 'node:path';
import { buildCache, builtProgram } from '../../../tools/built-program.ts';
import { builtOrSkip } from '../programs/built-or-skip.ts';

/** What a process can be started with so that it sees another world: its C source is beside this file. */
export type Preload = 'other-clock' | 'slow-resolver' | 'stepped-clock';

/**
 * Compiles it for a suite's `before`; without a C compiler its tests are skipped, and fail if CI is set.
 * @returns the environment that has a process use it
 */
export async function preloadOrSkip(
  context: Mocha.Context,
  name: Preload,
): Promise<{ readonly LD_PRELOAD: string }> {
  const source = join(import.meta.dirname, `${name}.c`);
  const path = join(buildCache, 'preload', `${name}.so`);
  const building = builtProgram({
    compiler: 'cc',
    path,
    madeFrom: [source],
    build: (run) =>
      run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', path, source, '-ldl']),
  });
  return { LD_PRELOAD: await builtOrSkip(context, `${name}, which is preloaded`, building) };
}
