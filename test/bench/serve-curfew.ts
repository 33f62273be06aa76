import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../support/child-process.ts';
import type { Running } from '../support/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { httpCall } from '../support/http-call.ts';
import { writeKeyFile } from '../support/key-file.ts';
import { writePolicyFile } from '../support/policy-file.ts';
import { startRedisServer } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { CheckConnection, framed } from './load/check-connection.ts';
import type { Answer } from './load/read-answer.ts';
import { moveToCore, onCore } from './on-core.ts';
import { sumOfMetric } from './sum-of-metric.ts';
import type { MetricLabels } from './sum-of-metric.ts';
import { checkRequestOf } from './workload.ts';

const FIRST_ALLOW_MAX_MS = 15_000;
const RETRY_MS = 2;
const PROBE_SESSION = 1_000_000_000;

export interface ServeOptions {
  /** The entry point: built or source. */
  readonly program: string;
  readonly policy: string;
  /** More arguments for Node, before the program. */
  readonly nodeArgs?: readonly string[];
  /** More flags of `serve`. */
  readonly flags?: readonly string[];
}

/** A real `curfew serve` on a core of its own, over a real Redis. */
export interface Served {
  readonly port: number;
  readonly pid: number;
  readonly redis: RedisServer;
  /** From the start of the process until it allowed the first request. */
  readonly firstAllowMs: number;
  /** The sum of a metric's series with these labels. */
  metric(name: string, labels?: MetricLabels): Promise<number>;
  stop(): Promise<void>;
}

export async function serveCurfew(options: ServeOptions): Promise<Served> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    moveToCore('others', redis.pid);
    const policyFile = await writePolicyFile(options.policy);
    closers.push(() => policyFile.remove());
    const keyFile = await writeKeyFile();
    closers.push(() => keyFile.remove());
    const [port, opsPort] = [await freePort(), await freePort()];
    const startedAtMs = performance.now();
    const curfew = await startProcess(
      ...onCore('curfew', process.execPath, [
        ...(options.nodeArgs ?? []),
        options.program,
        'serve',
        `--config=${policyFile.path}`,
        `--key-file=${keyFile.path}`,
        `--store=${redis.url}`,
        `--grpc-address=127.0.0.1:${port}`,
        `--ops-address=127.0.0.1:${opsPort}`,
        '--drain-delay=0s',
        ...(options.flags ?? []),
      ]),
    );
    closers.push(() => curfew.stop());
    const firstAllowMs = (await firstAllow(curfew, port)) - startedAtMs;
    const metric = async (name: string, labels?: MetricLabels): Promise<number> =>
      sumOfMetric((await httpCall(opsPort, '/metrics')).body, name, labels);
    return { port, pid: curfew.pid, redis, firstAllowMs, metric, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The instant of the first allow. */
async function firstAllow(curfew: Running, port: number): Promise<number> {
  const giveUpAtMs = performance.now() + FIRST_ALLOW_MAX_MS;
  let last = '';
  while (curfew.isAlive() && performance.now() < giveUpAtMs) {
    // oxlint-disable-next-line no-await-in-loop -- it is a poll
    last = await askOnce(port).catch(String);
    if (last === 'allow') return performance.now();
    await sleep(RETRY_MS); // oxlint-disable-line no-await-in-loop
  }
  throw new Error(`Curfew did not allow anything (${last}):\n${curfew.log()}`);
}

async function askOnce(port: number): Promise<Answer> {
  const connection = await CheckConnection.open(port);
  const message = framed(checkRequestOf(PROBE_SESSION, 'raw'));
  const answer = await new Promise<Answer>((resolve) => connection.ask(message, resolve));
  connection.close();
  return answer;
}
