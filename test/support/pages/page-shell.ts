import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runInTerminal } from '../processes/in-terminal.ts';
import { runCommand } from '../processes/run-command.ts';
import type { CommandAnswer } from '../processes/run-command.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

/** The shell of a reader in a folder, where `curfew` is a command. */
export interface PageShell {
  /** What programs that it starts need to find `curfew`. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs the lines of a block until one of them fails. The variables that they export stay. */
  run(script: string): Promise<CommandAnswer>;
  /** Runs them in a terminal, in which the reader confirms with `yes`. */
  confirm(script: string): Promise<CommandAnswer>;
}

/** @param folder where the reader is, and where a folder for programs is made */
export async function pageShell(folder: string): Promise<PageShell> {
  const programs = join(folder, 'bin');
  await mkdir(programs);
  const curfew = join(programs, 'curfew');
  await writeFile(curfew, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(curfew, 0o755);
  const env = { PATH: [programs, process.env['PATH']].join(delimiter) };
  const exports: string[] = [];
  const wordsFor = (script: string): readonly [string, readonly string[]] => {
    const before = exports.join('\n');
    exports.push(...script.split('\n').filter((line) => line.startsWith('export ')));
    return ['sh', ['-euc', `${before}\n${script}`]];
  };
  return {
    env,
    run: (script) => runCommand(...wordsFor(script), { cwd: folder, env }),
    confirm: (script) => {
      const [program, args] = wordsFor(script);
      const typings = [{ when: /Type yes to confirm: /, text: 'yes\r' }];
      return runInTerminal([program, ...args], { cwd: folder, env, typings });
    },
  };
}
