import { openMemoryWorld, openRedisWorld, startGuardedRedis } from '../support/store-world.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { redisServerOrSkip } from '../support/provision.ts';
import { describeSessionStore } from './session-store-suite.ts';

describeSessionStore('memory', async () => openMemoryWorld());

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
