import { expect } from 'chai';
import { mock } from 'node:test';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { SettledKeys } from '../../../src/keys/settled-keys.ts';
import { Readiness } from '../../../src/process/readiness.ts';
import { StoreWatch } from '../../../src/app/store-watch.ts';
import type { ReplicaEntries } from '../../../src/store/compare-replicas.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { recordedShell } from './recorded-shell.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('store-watch', () => {
  let announced: (readonly string[])[];
  let ring: KeyRing;
  let readiness: Readiness;
  let watch: StoreWatch;
  /** Replaces parts of what the store answers to a single replica. */
  let answer: Partial<ReplicaEntries>;

  beforeEach(async () => {
    announced = [];
    ring = new KeyRing([new Uint8Array(32).fill(1)], 20, () => performance.now());
    readiness = new Readiness(() => undefined);
    const { telemetry } = recordedShell();
    const opened = await openStore({ kind: 'memory' }, { clock: Date.now });
    answer = {};
    watch = new StoreWatch({
      opened: {
        inspect: () => opened.inspect(),
        tryPermissions: () => opened.tryPermissions(),
        announce: async (own) => ({ ...(await opened.announce(own)), ...answer }),
      },
      announcement: () => {
        const fingerprints = ring.announced();
        announced.push(fingerprints);
        return {
          replica: 'one',
          fingerprints,
          writing: ring.writing,
          sourceDigest: 'web',
          retentionMs: 60_000,
          abilities: [],
        };
      },
      keys: new SettledKeys(ring, telemetry.keys),
      readiness,
      log: telemetry.storeLog,
      onUnusable: (why) => expect.fail(why),
    });
  });
  afterEach(() => watch.close());

  it('asks at once, and the keys are complete then', async () => {
    watch.ask();
    await eventually('readiness', () => readiness.isMet('keys') && readiness.isMet('store'));
    expect(announced).to.have.length(1);
    expect(ring.whyIncomplete()).to.equal(undefined);
  });

  it('announces a new key long before its next routine, even if it is asking at that moment', async () => {
    watch.ask();
    ring.replace([new Uint8Array(32).fill(2), new Uint8Array(32).fill(1)]);
    watch.askIn(30);
    await eventually('both keys', () => announced.at(-1)?.length === 2, 3_000);
    await eventually('the new one', () => ring.uses()[0]?.fingerprint === ring.listed[0]);
  });

  // This replica was not counted yet, so other replicas may not be counted either.
  const uncounted: readonly (readonly [string, Partial<ReplicaEntries>])[] = [
    ['it may not write with its first key although all have it', { writes: 'another' }],
    ['it does not know what all replicas can read', { abilities: undefined }],
  ];
  for (const [what, part] of uncounted) {
    it(`gives all replicas time to announce themselves while ${what}`, async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        answer = { lacking: 0, ...part };
        watch.ask();
        await eventuallyAnnounced(1);
        mock.timers.tick(15_000);
        for (let turn = 0; turn < 10; turn += 1) await nextTurn(); // oxlint-disable-line no-await-in-loop
        expect(announced).to.have.length(1);
        mock.timers.tick(3_000);
        await eventuallyAnnounced(2);
      } finally {
        mock.timers.reset();
      }
    });
  }

  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  const eventuallyAnnounced = async (times: number) => {
    // oxlint-disable-next-line no-await-in-loop
    for (let turn = 0; turn < 100 && announced.length < times; turn += 1) await nextTurn();
    expect(announced).to.have.length(times);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn(); // oxlint-disable-line no-await-in-loop
  };

  it('does not ask after it was closed', async () => {
    watch.askIn(10);
    await watch.close();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const before = timers();
    watch.askIn(10); // as a key file that changes while everything closes
    expect(timers()).to.deep.equal(before);
    await new Promise((resolve) => setTimeout(resolve, 30)); // an announcement would show that it has asked
    expect(announced).to.deep.equal([]);
  });
});
