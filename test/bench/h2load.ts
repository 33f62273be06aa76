import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideDebianOnce } from '../../tools/provision.ts';
import { startProcess } from '../support/processes/child-process.ts';
import { framed } from './load/check-connection.ts';
import { onCore } from './on-core.ts';

export interface H2loadOptions {
  readonly port: number;
  readonly connections: number;
  /** On each connection. */
  readonly streams: number;
  readonly warmUpS: number;
  readonly measuredS: number;
  /** The message of every call. */
  readonly checkRequest: Buffer;
}

export interface H2loadResult {
  /** Calls answered in the measured time. */
  readonly measured: number;
  readonly perSecond: number;
  readonly meanMs: number;
  readonly failed: number;
}

/** Whether there is an h2load; installed by apt when root runs this. If not, says why in one line. */
export async function provideH2load(): Promise<boolean> {
  return (await provideDebianOnce('h2load', 'nghttp2-client')) !== undefined;
}

/** An independent client for a closed loop. It reads only HTTP: the caller must count the allows. */
export async function runH2load(options: H2loadOptions): Promise<H2loadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-h2load-'));
  try {
    const body = join(folder, 'check');
    await writeFile(body, framed(options.checkRequest));
    const words = `-c ${options.connections} -m ${options.streams} -t 1 -D ${options.measuredS} --warm-up-time ${options.warmUpS}`;
    const args = [...words.split(' '), '-d', body];
    for (const header of ['te: trailers', 'content-type: application/grpc'])
      args.push('-H', header);
    args.push(`http://127.0.0.1:${options.port}/envoy.service.auth.v3.Authorization/Check`);
    const run = await startProcess(...onCore('others', 'h2load', args));
    const end = await run.ended();
    if (end !== 0) throw new Error(`h2load ended with ${end}:\n${run.log()}`);
    return readReport(run.log());
  } finally {
    await rm(folder, { recursive: true });
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

function readReport(log: string): H2loadResult {
  const find = (pattern: RegExp): string[] => {
    const found = pattern.exec(log)?.slice(1);
    if (found === undefined) throw new Error(`h2load said something else:\n${log}`);
    return found;
  };
  const [perSecond] = find(/finished in .*?, ([\d.]+) req\/s/);
  const [succeeded] = find(/(\d+) succeeded/);
  const failures = find(/(\d+) failed, (\d+) errored, (\d+) timeout/);
  const [mean, unit = ''] = find(/time for request:\s+\S+\s+\S+\s+([\d.]+)(us|ms|s)/);
  return {
    measured: Number(succeeded),
    perSecond: Number(perSecond),
    meanMs: Number(mean) * (UNITS_MS[unit] ?? NaN),
    failed: failures.reduce((sum, count) => sum + Number(count), 0),
  };
}
