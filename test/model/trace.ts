import type { Exploration } from './explore.ts';
import type { Command } from './state.ts';

/** A command, for a person. */
export function commandText(command: Command): string {
  const at = `name ${command.name}`;
  switch (command.do) {
    case 'touch':
      return `touch(${at}, ${command.policy})`;
    case 'open':
      return `open(${at}, ${command.policy})`;
    case 'claim':
      return `claim(${at}, for name ${command.proposal})`;
    case 'end':
      return command.request.endedAtMs === undefined ? `end(${at})` : `end(${at}, once more)`;
    case 'sweep':
      return `sweep(${at})`;
    case 'confirm':
      return `WAIT(${at})`;
    default:
      return command satisfies never;
  }
}

/** What an exploration came to, in one line. */
export function summary(found: Exploration, tookMs: number): string {
  const { states, transitions, steps, isWhole } = found;
  const reach = isWhole ? `any number of steps (${steps} reach all)` : `${steps} steps`;
  const seconds = (tookMs / 1000).toFixed(1);
  return `${states} states, ${transitions} transitions, ${reach} of the store, ${seconds} s`;
}
