import { writeKeyFile } from '../../support/files/key-file.ts';
import { startCluster } from '../../support/redis/cluster.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { startSentinels } from '../../support/redis/sentinels.ts';
import type { Sentinels } from '../../support/redis/sentinels.ts';
import { moveToCore } from '../on-core.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { Served } from '../serve-curfew.ts';
import { benchPolicy } from '../workload.ts';

/** A Curfew over servers of its own, all of them on the core of Redis. */
export interface ServedStore extends Served {
  /** Those that may become a primary. */
  readonly servers: readonly RedisServer[];
}

interface Options {
  readonly program: string;
  readonly bin?: string | undefined;
  /** When a server that does not answer counts as down. */
  readonly downAfterMs?: number;
}

/** Over one server. */
export async function serveOnSingle({ program, bin }: Options): Promise<ServedStore> {
  const redis = await startRedisServer({ bin });
  return served(program, { url: redis.url, servers: [redis], close: () => redis.stop() });
}

/** Over a primary with two replicas and three Sentinels, as deploy/redis advises. */
export async function serveOnSentinels(
  options: Options,
): Promise<ServedStore & { readonly sentinels: Sentinels }> {
  const sentinels = await startSentinels({ ...options, minReplicasToWrite: 1 });
  for (const { pid } of sentinels.sentinels) moveToCore('others', pid);
  const { hosts, name, servers, close } = sentinels;
  const url = `redis+sentinel://${hosts}/${name}`;
  return { ...(await served(options.program, { url, servers, close })), sentinels };
}

/** Over three primaries, each with a replica, without full coverage. */
export async function serveOnCluster(
  options: Options,
): Promise<ServedStore & { readonly cluster: Cluster }> {
  const { bin, downAfterMs: nodeTimeoutMs } = options;
  const cluster = await startCluster({
    bin,
    ...(nodeTimeoutMs === undefined ? {} : { nodeTimeoutMs }),
  });
  const { hosts, nodes: servers, close } = cluster;
  const url = `redis+cluster://${hosts}`;
  return { ...(await served(options.program, { url, servers, close })), cluster };
}

interface Store {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  close(): Promise<void>;
}

async function served(program: string, { url, servers, close }: Store): Promise<ServedStore> {
  const keyFile = await writeKeyFile();
  const closeAll = async (): Promise<void> => {
    await close();
    await keyFile.remove();
  };
  try {
    const [redis] = servers;
    if (redis === undefined) throw new Error('no server');
    for (const { pid } of servers) moveToCore('others', pid);
    const store = { redis, url, keyPath: keyFile.path };
    const curfew = await serveCurfew({ program, policy: benchPolicy(), store });
    const stop = async (): Promise<void> => {
      await curfew.stop();
      await closeAll();
    };
    return { ...curfew, servers, stop };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
