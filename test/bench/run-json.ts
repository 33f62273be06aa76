import { fileURLToPath } from 'node:url';
import { startProcess } from '../support/child-process.ts';
import { onCore } from './on-core.ts';
import type { Core } from './on-core.ts';

/** Runs a script of ours on a core; the last line that it prints is its result. */
export async function runJson<Result>(core: Core, script: URL, argument: unknown): Promise<Result> {
  const args = [fileURLToPath(script), JSON.stringify(argument)];
  const running = await startProcess(...onCore(core, process.execPath, args));
  const end = await running.ended();
  if (end !== 0) throw new Error(`${fileURLToPath(script)} ended with ${end}:\n${running.log()}`);
  return JSON.parse(running.log().trimEnd().split('\n').at(-1) ?? '') as Result;
}
