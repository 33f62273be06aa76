import { fileURLToPath } from 'node:url';
import { startProcess } from '../support/processes/child-process.ts';
import { onCore } from './on-core.ts';
import type { Core } from './on-core.ts';

/** Runs one of our scripts on a core. The last line that it prints is its result. */
export async function runJson<Result>(core: Core, script: URL, argument: unknown): Promise<Result> {
  const args = [fileURLToPath(script), JSON.stringify(argument)];
  const running = await startProcess(...onCore(core, process.execPath, args));
  const end = await running.ended();
  if (end !== 0) throw new Error(`${fileURLToPath(script)} ended with ${end}:\n${running.log()}`);
  return JSON.parse(running.log().trimEnd().split('\n').at(-1) ?? '') as Result;
}
