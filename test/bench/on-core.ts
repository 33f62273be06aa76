import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The cores: Curfew has one alone, Redis and the load share the other. */
export type Core = 'curfew' | 'others';

const NUMBERS: Readonly<Record<Core, string>> = { curfew: '0', others: '1' };

/** Whether processes can be bound to a core here. If not, the figures say so. */
export const canPin: boolean =
  availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The command that runs a program on one core only. */
export function onCore(core: Core, program: string, args: readonly string[]): [string, string[]] {
  if (!canPin) return [program, [...args]];
  return ['taskset', ['--cpu-list', NUMBERS[core], program, ...args]];
}

/** Moves a running process, with all its threads. */
export function moveToCore(core: Core, pid: number): void {
  if (!canPin) return;
  const { status, stderr } = spawnSync(
    'taskset',
    ['--all-tasks', '--cpu-list', '--pid', NUMBERS[core], String(pid)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`taskset: ${stderr.trim()}`);
}
