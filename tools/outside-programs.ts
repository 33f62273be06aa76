import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCache, builtProgram } from './built-program.ts';
import type { BuiltProgram } from './built-program.ts';
import { providePythonPackages } from './provision.ts';

// What the real frameworks of test/outside need, each at the version that its package file names,
// below .cache/outside.

const programs = join(import.meta.dirname, '..', 'test', 'outside', 'programs');
const cache = join(buildCache, 'outside');

/** A Python with the packages of `programs/python/requirements.txt`; undefined if pip cannot install them. */
export async function provideOutsidePython(): Promise<string | undefined> {
  const text = await readFile(join(programs, 'python', 'requirements.txt'), 'utf8');
  return providePythonPackages('outside', text.trim().split('\n'));
}

/** A folder with the programs for Node and their packages. Nothing of a package runs while it is installed. */
export async function provideOutsideNode(): Promise<BuiltProgram> {
  const sources = join(programs, 'node');
  return builtProgram({
    compiler: 'npm',
    path: join(cache, 'node'),
    madeFrom: [sources],
    build: async (run) => {
      await cp(sources, join(cache, 'node'), { recursive: true });
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      await run('npm', ['ci', ...quiet], { cwd: join(cache, 'node') });
    },
  });
}

/** The class path of the programs in Java, as `java -cp` reads it. */
export async function provideOutsideJava(): Promise<BuiltProgram> {
  const folder = join(cache, 'java');
  const built = await builtProgram({
    compiler: 'mvn',
    path: folder,
    madeFrom: [join(programs, 'java')],
    build: async (run) => {
      await mkdir(folder, { recursive: true });
      const folders = [
        `-Dbuild.folder=${folder}`,
        `-DoutputDirectory=${join(folder, 'libraries')}`,
      ];
      const goals = ['compile', 'dependency:copy-dependencies'];
      await run('mvn', ['-q', '-B', '-f', join(programs, 'java', 'pom.xml'), ...folders, ...goals]);
    },
  });
  if (built.kind === 'absent') return built;
  return { kind: 'built', path: `${join(folder, 'classes')}:${join(folder, 'libraries')}/*` };
}
