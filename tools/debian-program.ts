import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { buildCache } from './built-program.ts';
import { withLock } from './lock.mjs';

const run = promisify(execFile);
const POLICY_RC = '/usr/sbin/policy-rc.d';
/** Waits where apt-get itself would fail because another process holds a lock. */
const APT_GET = join(import.meta.dirname, 'apt-get.sh');

/**
 * The path of a program: on PATH, else installed by apt if root runs this.
 * @returns undefined, with the reason in one line on stderr, if it cannot be provided
 */
export function provideDebianProgram(
  program: string,
  debianPackage: string,
): Promise<string | undefined> {
  // Of the processes that want the same program, one installs it and the others find it.
  return withLock(join(buildCache, 'apt.lock'), async () => {
    return onPath(program) ?? (await installed(program, debianPackage));
  });
}

async function installed(program: string, debianPackage: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) {
    return say(`no ${program}: please install it (Debian: ${debianPackage}) and put it on PATH`);
  }
  // Debian starts a server that it installs, unless this file forbids it.
  const forbids = !isFile(POLICY_RC);
  try {
    if (forbids) await writeFile(POLICY_RC, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await run(APT_GET, ['update', '-qq']);
    const install = ['install', '-y', '-qq', '--no-install-recommends', debianPackage];
    await run(APT_GET, install, { maxBuffer: 16 * 1024 * 1024 });
    return onPath(program) ?? say(`no ${program}: ${debianPackage} does not contain it`);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const why = (stderr || message).trim().split('\n').at(-1);
    return say(`no ${program}: apt-get could not install ${debianPackage} (${why})`);
  } finally {
    if (forbids) await rm(POLICY_RC, { force: true });
  }
}

function say(line: string): undefined {
  process.stderr.write(`${line}\n`);
  return undefined;
}

/** The first program of this name in the folders of PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
