import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { provideRedisServer } from '../support/provision.ts';

/** What a figure depends on, in one line, without anything that names this machine. */
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

/** How much else ran in the last minute: 0 is a quiet machine. */
export function loadAverage(): string {
  return (loadavg()[0] ?? NaN).toFixed(2);
}

async function redisVersion(): Promise<string> {
  const bin = await provideRedisServer();
  if (bin === undefined) return 'no Redis';
  const told = execFileSync(bin, ['--version'], { encoding: 'utf8' });
  return `Redis ${/v=(\S+)/.exec(told)?.[1] ?? 'unknown'}`;
}
