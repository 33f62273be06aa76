import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.mjs';

/** A program in another language that was built here, or in one line why there is none. */
export type BuiltProgram =
  | { readonly kind: 'built'; readonly path: string }
  | { readonly kind: 'absent'; readonly why: string };

export interface BuildOptions {
  /** The compiler, `go` or `cargo`. */
  readonly compiler: string;
  /** The path of the finished program. */
  readonly path: string;
  /** The sources: files and folders, or words such as a version. If one changes, the program is built again. */
  readonly madeFrom: readonly string[];
  /** Runs the compiler. */
  build(run: typeof runCompiler): Promise<unknown>;
}

/** The folder of the builds, which git ignores. */
export const buildCache: string = join(import.meta.dirname, '..', '.cache');

/** Builds a program unless it exists already from the same sources. One process builds, the others wait. */
export async function builtProgram(options: BuildOptions): Promise<BuiltProgram> {
  const { compiler, path, madeFrom } = options;
  const stamp = `${path}.made-from`;
  const key = digestOf(madeFrom);
  await mkdir(dirname(path), { recursive: true });
  return withLock(`${path}.lock`, async () => {
    if (existsSync(path) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) {
      return { kind: 'built', path };
    }
    try {
      process.stderr.write(
        `${basename(path)} is being built by ${compiler}, once; it may take minutes\n`,
      );
      await options.build(runCompiler);
      await writeFile(stamp, key);
      return { kind: 'built', path };
    } catch (error) {
      return { kind: 'absent', why: `${compiler} could not build it: ${reasonOf(error)}` };
    }
  });
}

/** Runs a command. Its output matters only if it fails. */
export async function runCompiler(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  const env = { ...process.env, ...options.env };
  await promisify(execFile)(file, [...args], { ...options, env, maxBuffer: 16 * 1024 * 1024 });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return 'it is not on PATH';
  const { stderr = '' } = error as Error & { stderr?: string };
  // Compilers print the first fault first, and their advice last.
  const lines = (stderr || error.message).trim().split('\n');
  return lines.find((line) => /error|: /.test(line)) ?? lines[0] ?? '';
}

function digestOf(words: readonly string[]): string {
  const hash = createHash('sha256');
  for (const word of words) {
    for (const file of existsSync(word) ? filesIn(word) : []) {
      hash.update(file).update('\0').update(readFileSync(file)).update('\0');
    }
    hash.update(word).update('\0');
  }
  return hash.digest('hex');
}

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesIn(join(path, name)));
}
