import { startProcess } from '../support/processes/child-process.ts';
import { freePort } from '../support/network/free-port.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { imageNodeFlags } from '../support/image/node-flags.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import { writePolicyFile } from '../support/files/policy-file.ts';
import type { PolicyFile } from '../support/files/policy-file.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { firstAllowAtMs } from './first-allow.ts';
import { moveToCore, onCore } from './on-core.ts';
import { sumOfMetric } from './sum-of-metric.ts';
import type { MetricLabels } from './sum-of-metric.ts';

export interface ServeOptions {
  /** The entry point: built or source. */
  readonly program: string;
  readonly policy: string;
  /** More arguments for Node, before the program. */
  readonly nodeArgs?: readonly string[];
  /** More flags of `serve`. */
  readonly flags?: readonly string[];
  /** Its `--leases-max`; 0 by default, so that Redis is asked at every check. */
  readonly leasesMax?: number;
  /** A shared Redis and shared keys, for several servers beside each other; by default its own. */
  readonly store?: SharedStore;
}

/** The flags for a transport that was named; none for Curfew's default. */
export function transportFlags(transport: string | undefined): readonly string[] {
  return transport === undefined ? [] : [`--transport=${transport}`];
}

export interface SharedStore {
  readonly redis: RedisServer;
  /** The store's URL, if it is more than this Redis. */
  readonly url?: string;
  readonly keyPath: string;
}

/** A server that answers Envoy, alone on a core, over a real Redis. */
export interface Serving {
  readonly port: number;
  readonly pid: number;
  readonly redis: RedisServer;
  /** From the start of the process until it allowed the first request. */
  readonly firstAllowMs: number;
  stop(): Promise<void>;
}

/** A real `curfew serve`. */
export interface Served extends Serving {
  readonly policyFile: PolicyFile;
  /** The sum of a metric's series with these labels. */
  metric(name: string, labels?: MetricLabels): Promise<number>;
}

type Closers = (() => Promise<unknown>)[];

export async function serveCurfew(options: ServeOptions): Promise<Served> {
  const closers: Closers = [];
  const stop = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const { redis, url, keyPath } = options.store ?? (await ownStore(closers));
    const policyFile = await writePolicyFile(options.policy);
    closers.push(() => policyFile.remove());
    const [port, opsPort] = [await freePort(), await freePort()];
    const startedAtMs = performance.now();
    const curfew = await startProcess(
      ...onCore('curfew', process.execPath, [
        ...imageNodeFlags(),
        ...(options.nodeArgs ?? []),
        options.program,
        'serve',
        `--config=${policyFile.path}`,
        `--key-file=${keyPath}`,
        `--store=${url ?? redis.url}`,
        `--grpc-address=127.0.0.1:${port}`,
        `--ops-address=127.0.0.1:${opsPort}`,
        '--drain-delay=0s',
        ...(options.flags ?? []),
      ]),
      // Not a flag: an earlier version, which does not know it, must start too.
      { env: { ...process.env, CURFEW_LEASES_MAX: String(options.leasesMax ?? 0) } },
    );
    closers.push(() => curfew.stop());
    const firstAllowMs = (await firstAllowAtMs(curfew, port)) - startedAtMs;
    const metric = async (name: string, labels?: MetricLabels): Promise<number> =>
      sumOfMetric((await httpCall(opsPort, '/metrics')).body, name, labels);
    return { port, pid: curfew.pid, redis, policyFile, firstAllowMs, metric, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ownStore(closers: Closers): Promise<SharedStore> {
  const redis = await startRedisServer();
  closers.push(() => redis.stop());
  moveToCore('others', redis.pid);
  const keyFile = await writeKeyFile();
  closers.push(() => keyFile.remove());
  return { redis, keyPath: keyFile.path };
}
