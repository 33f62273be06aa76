import { join } from 'node:path';
import type { BuiltProgram } from '../../../tools/built-program.ts';
import { CannotCompare } from '../../bench/compare/cannot-compare.ts';
import { provideVersion } from '../../bench/compare/other-version.ts';
import { runCommand } from '../processes/run-command.ts';
import { builtOrSkip } from '../programs/built-or-skip.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * The version from which an upgrade is tested, and to which a rollback leads: the last one that
 * announces no abilities, and that has no administration. Its scripts are in `test/fixtures/earlier-scripts`.
 */
export const EARLIER_COMMIT = '2f2f452';

/**
 * Builds the earlier version from the history of this repository, once. A clone without that history
 * cannot have it, whatever is installed: there the suite is skipped, also in CI.
 */
export async function earlierVersionOrSkip(
  context: Mocha.Context,
  commit: string,
): Promise<string> {
  if (await isShallow()) {
    process.stderr.write(
      `no Curfew of ${commit}: this clone is shallow; git fetch --unshallow brings it\n`,
    );
    return context.skip();
  }
  return builtOrSkip(context, `Curfew of ${commit}`, provideEarlierVersion(commit));
}

async function isShallow(): Promise<boolean> {
  const { stdout } = await runCommand('git', ['rev-parse', '--is-shallow-repository'], {
    cwd: root,
  });
  return stdout.trim() === 'true';
}

async function provideEarlierVersion(commit: string): Promise<BuiltProgram> {
  const place = {
    tree: root,
    cache: join(root, '.cache', 'bench'),
    say: (what: string) => process.stderr.write(`${what}, once; it may take minutes\n`),
  };
  try {
    return { kind: 'built', path: (await provideVersion(commit, place)).program };
  } catch (error) {
    if (!(error instanceof CannotCompare)) throw error;
    return { kind: 'absent', why: error.message };
  }
}
