import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A change of one script: a text that occurs once in it, and what stands there instead. */
export interface Mutation {
  /** The name in `src/store/redis/scripts`, such as `rule.lua`. */
  readonly script: string;
  readonly text: string;
  readonly instead: string;
}

/** A copy of Curfew whose scripts are changed. */
export interface MutatedCurfew {
  /** Its entry point. */
  readonly program: string;
  remove(): Promise<void>;
}

/** Copies the sources and changes scripts in the copy. A text that does not occur once is an error. */
export async function curfewWith(mutations: readonly Mutation[]): Promise<MutatedCurfew> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-mutated-'));
  await Promise.all(
    ['src', 'proto', 'package.json'].map((name) =>
      cp(join(ROOT, name), join(folder, name), { recursive: true }),
    ),
  );
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { script, text, instead } of mutations) {
    const path = join(folder, 'src', 'store', 'redis', 'scripts', script);
    // oxlint-disable-next-line no-await-in-loop -- two may change one file
    const [before, after, more] = (await readFile(path, 'utf8')).split(text);
    if (before === undefined || after === undefined || more !== undefined) {
      throw new Error(`"${text}" does not occur once in ${script}`);
    }
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(path, `${before}${instead}${after}`);
  }
  return {
    program: join(folder, 'src', 'main.ts'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
