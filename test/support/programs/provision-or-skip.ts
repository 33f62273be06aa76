import {
  provideDebianOnce,
  provideEnvoy,
  providePythonPackages,
} from '../../../tools/provision.ts';
import { chosenServer, provideStoreServer } from '../../../tools/store-servers.ts';
import type { StoreServerName } from '../../../tools/store-servers.ts';

// Programs for a suite's `before`: without one its tests are skipped, and fail if CI is set.

const PROVISION_MAX_MS = 5 * 60_000;

/** The path of an Envoy; with `version`, of exactly that version. */
export async function envoyOrSkip(context: Mocha.Context, version?: string): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await provideEnvoy(version)) ?? skip(context, 'Envoy');
}

/** The path of a redis-server, or of the server that this test names. */
export async function redisServerOrSkip(
  context: Mocha.Context,
  name: StoreServerName = chosenServer(),
): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await provideStoreServer(name)) ?? skip(context, name);
}

/** The path of a Python that has these packages, each named with its version as pip wants it. */
export async function pythonPackagesOrSkip(
  context: Mocha.Context,
  name: string,
  packages: readonly string[],
): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await providePythonPackages(name, packages)) ?? skip(context, packages.join(' and '));
}

/** The path of a program that a Debian package installs. */
export async function debianProgramOrSkip(
  context: Mocha.Context,
  program: string,
  debianPackage: string,
): Promise<string> {
  context.timeout(PROVISION_MAX_MS);
  return (await provideDebianOnce(program, debianPackage)) ?? skip(context, program);
}

function skip(context: Mocha.Context, what: string): never {
  if (process.env['CI']) throw new Error(`${what} could not be provided, and CI must not skip it`);
  return context.skip();
}
