import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../../tools/lock.mjs';
import { runCommand } from '../../support/processes/run-command.ts';
import { BuildFailed, buildCurfew } from '../curfew-program.ts';
import { CannotCompare } from './cannot-compare.ts';

/** A version that was built apart from the tree that this benchmark lies in. */
export interface OtherVersion {
  /** The commit's short name. */
  readonly name: string;
  /** The entry point of its build. */
  readonly program: string;
}

export interface Place {
  /** The work tree whose repository knows the commit, and whose packages may be shared. */
  readonly tree: string;
  /** Where other versions are kept: one folder for each commit, which the next run uses again. */
  readonly cache: string;
  /** Reports progress to the person at the terminal. */
  say(what: string): void;
}

/**
 * Builds a commit in a folder of its own, by its own build script. Nothing else of that version is
 * relied on: its sources and tests may be arranged in any way.
 * @throws {CannotCompare} when there is no such commit, or when it cannot be built
 */
export async function provideVersion(commit: string, place: Place): Promise<OtherVersion> {
  const hash = await hashOf(commit, place.tree);
  const name = hash.slice(0, 7);
  const folder = join(place.cache, hash);
  return withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await unpack(hash, folder, place);
    if (!hasBuildScript(folder)) throw new CannotCompare(`${name} has no build script`);
    sharePackages(folder, place.tree);
    return { name, program: await builtOnce(name, folder, place) };
  });
}

async function hashOf(commit: string, tree: string): Promise<string> {
  const words = ['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`];
  const { code, stdout, stderr } = await runCommand('git', words, { cwd: tree });
  const hash = stdout.trim();
  if (code === 0 && /^[0-9a-f]{40,64}$/.test(hash)) return hash;
  const said = stderr.trim().split('\n')[0] || 'git could not be run';
  // What it says of an unknown name is about its own options.
  const why = said.includes('single revision') ? '' : `: ${said.replace(/^(fatal|error): /, '')}`;
  throw new CannotCompare(`${JSON.stringify(commit)} is not a commit of this repository${why}`);
}

/** Whole or not there: a run that is interrupted leaves nothing that looks complete. */
async function unpack(hash: string, folder: string, { tree }: Place): Promise<void> {
  const [part, archive] = [`${folder}.part`, `${folder}.tar`];
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await mustRun('git', ['archive', '--format=tar', `--output=${archive}`, hash], tree);
  await mustRun('tar', ['-xf', archive], part);
  await rm(archive);
  await rename(part, folder);
}

async function mustRun(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await runCommand(program, args, { cwd });
  if (code === 0) return;
  const why = stderr.trim().split('\n').at(-1) || `it ended with ${code}`;
  throw new CannotCompare(`${program} ${args[0]} failed: ${why}`);
}

// npm would look for a package.json in the folders above, and build this tree instead.
function hasBuildScript(folder: string): boolean {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const { scripts } = JSON.parse(text) as { scripts?: { build?: unknown } };
    return typeof scripts?.build === 'string';
  } catch {
    return false;
  }
}

/**
 * Lends it this tree's packages if they are those of its lock file; else its own runner installs
 * them. The runner must never install into a folder that is only lent, so the link goes as soon as
 * the lock files differ, or when the stamp is not the one that the runner looks for.
 */
function sharePackages(folder: string, tree: string): void {
  const [own, lent] = [join(folder, 'node_modules'), join(tree, 'node_modules')];
  const isLink = lstatSync(own, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (existsSync(own) && !isLink) return;
  const mayShare = hasPackagesOf(folder, tree);
  if (isLink && mayShare && existsSync(own) && realpathSync(own) === realpathSync(lent)) return;
  if (isLink) {
    rmSync(stampOf(folder), { force: true });
    unlinkSync(own);
  }
  if (mayShare) symlinkSync(lent, own);
}

function hasPackagesOf(folder: string, tree: string): boolean {
  const lock = readIfThere(join(folder, 'package-lock.json'));
  if (lock === undefined || lock !== readIfThere(join(tree, 'package-lock.json'))) return false;
  const stamp = createHash('sha256').update(lock).digest('hex');
  return readIfThere(join(tree, 'node_modules', '.installed')) === stamp;
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Once is enough, and another run may be starting processes of it. */
async function builtOnce(name: string, folder: string, place: Place): Promise<string> {
  const known = readIfThere(stampOf(folder));
  if (known !== undefined && existsSync(known)) return known;
  place.say(`building ${name}`);
  try {
    const program = await buildCurfew(folder);
    writeFileSync(stampOf(folder), program);
    return program;
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
    writeFileSync(`${folder}.build.log`, error.output);
    throw new CannotCompare(`${name}: ${error.message} (all of it: ${folder}.build.log)`, {
      cause: error,
    });
  }
}

function stampOf(folder: string): string {
  return `${folder}.built`;
}
