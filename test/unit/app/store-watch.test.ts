import { expect } from 'chai';
import { mock } from 'node:test';
import { pino } from 'pino';
import { KeyAgreement } from '../../../src/app/key-agreement.ts';
import { KeyRing } from '../../../src/app/key-ring.ts';
import { Metrics } from '../../../src/app/metrics.ts';
import { Readiness } from '../../../src/app/readiness.ts';
import { StoreWatch } from '../../../src/app/store-watch.ts';
import type { ReplicaEntries } from '../../../src/store/judge-replicas.ts';
import { openMemoryStore } from '../../../src/store/open-memory-store.ts';
import { eventually } from '../../support/eventually.ts';

describe('store-watch', () => {
  let told: (readonly string[])[];
  let ring: KeyRing;
  let readiness: Readiness;
  let watch: StoreWatch;
  /** What a store says otherwise than that of a single replica. */
  let answer: Partial<ReplicaEntries>;

  beforeEach(() => {
    told = [];
    ring = new KeyRing([new Uint8Array(32).fill(1)], 20, () => performance.now());
    readiness = new Readiness(() => undefined);
    const metrics = new Metrics('test');
    const log = pino({ level: 'silent' });
    const opened = openMemoryStore({ clock: Date.now });
    answer = {};
    watch = new StoreWatch({
      opened: {
        inspect: () => opened.inspect(),
        announce: async (own) => ({ ...(await opened.announce(own)), ...answer }),
      },
      announcement: () => {
        const fingerprints = ring.announced();
        told.push(fingerprints);
        return {
          replica: 'one',
          fingerprints,
          writing: ring.writing,
          sourceDigest: 'web',
          retentionMs: 60_000,
        };
      },
      keys: new KeyAgreement({ ring, readiness, metrics, log }),
      readiness,
      metrics: metrics.store,
      log,
      onUnusable: (why) => expect.fail(why),
    });
  });
  afterEach(() => watch.close());

  it('asks at once, and the keys are complete then', async () => {
    watch.ask();
    await eventually('readiness', () => readiness.holds('keys') && readiness.holds('store'));
    expect(told).to.have.length(1);
    expect(ring.whyIncomplete()).to.equal(undefined);
  });

  it('tells of a new key long before its next routine look, also when it is asking at that moment', async () => {
    watch.ask();
    ring.replace([new Uint8Array(32).fill(2), new Uint8Array(32).fill(1)]);
    watch.askIn(30);
    await eventually('both keys', () => told.at(-1)?.length === 2, 3_000);
    await eventually('the new one', () => ring.uses()[0]?.fingerprint === ring.listed[0]);
  });

  it('gives all others time to tell of themselves before it asks again for a key that it may not begin with yet', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      // Its key is not the first, though nobody lacks that: it was not counted until now.
      answer = { writes: 'another', lacking: 0 };
      watch.ask();
      await eventuallyTold(1);
      mock.timers.tick(15_000);
      for (let turn = 0; turn < 10; turn += 1) await nextTurn(); // oxlint-disable-line no-await-in-loop
      expect(told).to.have.length(1);
      mock.timers.tick(3_000);
      await eventuallyTold(2);
    } finally {
      mock.timers.reset();
    }
  });

  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  const eventuallyTold = async (times: number) => {
    // oxlint-disable-next-line no-await-in-loop
    for (let turn = 0; turn < 100 && told.length < times; turn += 1) await nextTurn();
    expect(told).to.have.length(times);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn(); // oxlint-disable-line no-await-in-loop
  };

  it('asks nothing any more when it is closed', async () => {
    watch.askIn(10);
    await watch.close();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const before = timers();
    watch.askIn(10); // as a key file that changes while everything closes
    expect(timers()).to.deep.equal(before);
    await new Promise((resolve) => setTimeout(resolve, 30)); // nothing would tell that it has asked
    expect(told).to.deep.equal([]);
  });
});
