import type { RedisServer } from '../redis/redis-server.ts';
import { startGuardedRedis } from '../store/store-world.ts';
import type { AdminWorldOptions } from './admin-world.ts';
import { guardedStore } from './guarded-store.ts';
import type { GuardedStore } from './guarded-store.ts';

/** What a world needs for its store. Call it in a hook of the suite. */
export type StoreFlags = () => Promise<Pick<AdminWorldOptions, 'store' | 'flags'>>;

/** Runs a suite on the memory store, and on a real Redis with the ACL that we ship. */
export function onEachAdminStore(
  title: string,
  suite: (this: Mocha.Suite, storeFlags: StoreFlags) => void,
): void {
  describe(`${title} (memory)`, function () {
    suite.call(this, async () => ({ store: 'memory:' }));
  });
  describe(`${title} (Redis)`, function () {
    this.timeout(60_000);
    let server: RedisServer | undefined;
    let store: GuardedStore | undefined;
    // Mocha runs the hooks of a suite in the order in which they were added: this one is the last.
    suite.call(this, async () => {
      server = await startGuardedRedis();
      store = await guardedStore();
      return store.flags(server.port);
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
  });
}
