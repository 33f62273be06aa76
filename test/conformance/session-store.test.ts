import { expect } from 'chai';
import { LeaseKeeper } from '../../src/leases/lease-keeper.ts';
import { LeasingStore } from '../../src/leases/leasing-store.ts';
import type { TouchRequest, TouchRule } from '../../src/session/session-store.ts';
import { openMemoryWorld } from '../support/store/store-world.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { describeOnServers } from './on-servers.ts';
import { describeSessionStore } from './session-store-suite.ts';

/** How many touches were answered by leases. */
let used = 0;

/**
 * The same world behind leases that hear of nothing. Each touch comes after a look, which makes a
 * lease of a session that is live, so that every touch that a lease may answer is answered by one.
 */
function withLeases(world: StoreWorld): StoreWorld {
  let passedMs = 0;
  const keeper = new LeaseKeeper({
    leasesMax: 1_000,
    monotonicMs: () => performance.now() + passedMs,
    wallMs: () => Date.now() + passedMs,
    isOn: () => true,
    observer: { used: () => (used += 1) },
  });
  const store = new LeasingStore(world.store, keeper);
  const with5s = (request: TouchRequest, changes: Partial<TouchRule> = {}): TouchRequest => ({
    ...request,
    rule: { ...request.rule, ...changes, maxStalenessMs: 5_000 },
  });
  return {
    ...world,
    store: {
      touch: (request, deadlineAtMs, receiver) => {
        const look = { countsAsActivity: false, mode: 'enforce', onExpiry: 'keep' } as const;
        store.touch(with5s(request, look), deadlineAtMs, {
          touched: () => store.touch(with5s(request), deadlineAtMs, receiver),
          failed: (fault) => receiver.failed(fault),
        });
      },
      open: async (request) => store.open(request),
      claim: async (at, name) => store.claim(at, name),
      visitLogin: async (visit) => store.visitLogin(visit),
      end: async (request) => store.end(request),
    },
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

describe('the suites with leases', () => {
  it('were answered by leases where that is allowed', () => {
    // Most requests of the suite are activity without a touch interval, which always asks.
    expect(used).to.be.at.least(6);
  });
});
