import { delimiter, dirname } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import type { CommandAnswer } from '../processes/run-command.ts';
import type { ApiServer } from './api-server.ts';

/** Runs lines of a shell until one of them fails. */
export type UserShell = (script: string) => Promise<CommandAnswer>;

/** The shell of a user in a folder, with programs that use this API server. */
export function userShell(
  server: ApiServer,
  folder: string,
  programs: readonly string[],
): UserShell {
  const path = [...programs.map(dirname), process.env['PATH']].join(delimiter);
  const env = { ...server.access, PATH: path };
  return (script) => runCommand('sh', ['-euc', script], { cwd: folder, env });
}
