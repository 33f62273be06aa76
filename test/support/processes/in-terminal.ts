import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CommandAnswer } from './run-command.ts';

const ANSWER_MAX_MS = 20_000;

/** What a person types when the terminal shows a text. */
export interface Typing {
  readonly when: RegExp;
  readonly text: string;
}

/**
 * Runs a command in a terminal, as a person does: `script` of util-linux makes one. Everything that
 * the terminal shows is in `stdout`.
 */
export async function runInTerminal(
  words: readonly string[],
  {
    env,
    cwd,
    typings,
  }: {
    readonly env: NodeJS.ProcessEnv;
    readonly cwd: string;
    readonly typings: readonly Typing[];
  },
): Promise<CommandAnswer> {
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: { ...env, SHELL: '/bin/sh' },
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: ANSWER_MAX_MS,
  });
  let shown = '';
  const left = [...typings];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    const [next] = left;
    if (next === undefined || !next.when.test(shown)) return;
    left.shift();
    child.stdin.write(next.text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, stdout: shown.replaceAll('\r\n', '\n'), stderr: '' };
}
