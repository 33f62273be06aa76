import {
  openMemoryWorld,
  openRedisWorld,
  startGuardedRedis,
} from '../support/store/store-world.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { describePendingEnds } from './pending-ends-suite.ts';
import { describeSubjects } from './subjects-suite.ts';
import { describeSessionSearch } from './session-search-suite.ts';

for (const describeSuite of [describeSubjects, describeSessionSearch, describePendingEnds]) {
  describeSuite('memory', async () => openMemoryWorld());

  describe('on a real server', () => {
    let server: RedisServer | undefined;

    before(async function () {
      await redisServerOrSkip(this);
      server = await startGuardedRedis();
    });
    after(async () => server?.stop());

    describeSuite('Redis', async () => {
      if (server === undefined) throw new Error('no server');
      return openRedisWorld(server, { commandTimeoutMs: 5_000 });
    });
  });
}
