import { LeaseKeeper } from '../../src/leases/lease-keeper.ts';
import { LeasingStore } from '../../src/leases/leasing-store.ts';
import { openMemoryWorld } from '../support/store/store-world.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { describeOnServers } from './on-servers.ts';
import { describeSessionStore } from './session-store-suite.ts';

/** The same world behind leases that hear of nothing. */
function withLeases(world: StoreWorld): StoreWorld {
  let passedMs = 0;
  const keeper = new LeaseKeeper({
    leasesMax: 1_000,
    monotonicMs: () => performance.now() + passedMs,
    wallMs: () => Date.now() + passedMs,
    isOn: () => true,
  });
  return {
    ...world,
    store: new LeasingStore(world.store, keeper),
    passTime: async (ms) => {
      await world.passTime(ms);
      passedMs += ms;
    },
  };
}

describeSessionStore('memory', async () => openMemoryWorld());
describeSessionStore('memory, with leases', async () => withLeases(openMemoryWorld()));

describeOnServers(({ name, open }) => {
  describeSessionStore(name, async () => open());
  describeSessionStore(`${name}, with leases`, async () => {
    const world = await open();
    await world.clear();
    return withLeases(world);
  });
});
