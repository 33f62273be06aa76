import { basename, dirname, join } from 'node:path';
import { buildCache, builtProgram } from './built-program.ts';
import type { BuiltProgram } from './built-program.ts';

// The same for all programs, so that their common packages are compiled once. Without what debuggers
// need, and with fewer garbage collections, compilers and linkers use a fifth less CPU time.
const FLAGS = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags=-w'];
const SETTINGS = { CGO_ENABLED: '0', GOGC: '400' };

/**
 * Builds the Go module in a folder of this repository, whose dependencies its go.sum fixes.
 * @param flags more words for `go build`
 */
export function provideGoProgram(
  name: string,
  folder: string,
  flags: readonly string[] = [],
): Promise<BuiltProgram> {
  const path = join(buildCache, 'go', name);
  return builtProgram({
    compiler: 'go',
    path,
    madeFrom: [folder, ...flags],
    build: (run) =>
      run('go', ['build', ...FLAGS, ...flags, '-o', path, '.'], { cwd: folder, env: SETTINGS }),
  });
}

/** Builds a program of a published Go module at a fixed version, such as `example.org/module/cmd/tool`. */
export function provideGoTool(program: string, version: string): Promise<BuiltProgram> {
  // `…/tool/v7` is the seventh major version of `tool`.
  const path = join(buildCache, 'go', version, basename(program.replace(/\/v\d+$/, '')));
  return builtProgram({
    compiler: 'go',
    path,
    madeFrom: [program, version],
    build: (run) =>
      run('go', ['install', ...FLAGS, `${program}@${version}`], {
        env: { ...SETTINGS, GOBIN: dirname(path) },
      }),
  });
}
