import { delimiter, dirname } from 'node:path';
import { runCommand } from '../run-command.ts';
import type { CommandAnswer } from '../run-command.ts';
import type { ApiServer } from './api-server.ts';

/** Lines of a shell, run until one of them fails. */
export type UserShell = (script: string) => Promise<CommandAnswer>;

/** The shell of somebody in a folder, whose programs ask this API server. */
export function userShell(
  server: ApiServer,
  folder: string,
  programs: readonly string[],
): UserShell {
  const path = [...programs.map(dirname), process.env['PATH']].join(delimiter);
  const env = { ...server.access, PATH: path };
  return (script) => runCommand('sh', ['-euc', script], { cwd: folder, env });
}
