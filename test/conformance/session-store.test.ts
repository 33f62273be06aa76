import {
  openMemoryWorld,
  openRedisWorld,
  startGuardedRedis,
} from '../support/store/store-world.ts';
import { openClusterWorld, startGuardedCluster } from '../support/store/cluster-world.ts';
import type { Cluster } from '../support/redis/cluster.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { describeSessionStore } from './session-store-suite.ts';

describeSessionStore('memory', async () => openMemoryWorld());

describe('on a real Cluster', function () {
  this.timeout(60_000);
  let cluster: Cluster | undefined;

  before(async function () {
    await redisServerOrSkip(this);
    cluster = await startGuardedCluster({ replicasEach: 0 });
  });
  after(async () => cluster?.close());

  describeSessionStore('Cluster', async () => {
    if (cluster === undefined) throw new Error('no Cluster');
    return openClusterWorld(cluster);
  });
});

describe('on a real server', () => {
  let server: RedisServer | undefined;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
  });
  after(async () => server?.stop());

  describeSessionStore('Redis', async () => {
    if (server === undefined) throw new Error('no server');
    return openRedisWorld(server);
  });
});
