import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { provideStoreServer } from '../../tools/store-servers.ts';

/** The hardware and versions that a figure depends on, in one line, without a name of this machine. */
export async function describeMachine(): Promise<string> {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const memoryGb = Math.round(totalmem() / 1_000_000_000);
  return [
    `${model}, ${processors.length} cores, ${memoryGb} GB`,
    `${type()} ${release().split('-')[0]}`,
    `Node ${process.versions.node}`,
    await redisVersion(),
  ].join(' · ');
}

/** The load of other processes in the last minute: 0 is an idle machine. */
export function loadAverage(): string {
  return (loadavg()[0] ?? NaN).toFixed(2);
}

async function redisVersion(): Promise<string> {
  const bin = await provideStoreServer();
  if (bin === undefined) return 'no Redis';
  const output = execFileSync(bin, ['--version'], { encoding: 'utf8' });
  return `Redis ${/v=(\S+)/.exec(output)?.[1] ?? 'unknown'}`;
}
