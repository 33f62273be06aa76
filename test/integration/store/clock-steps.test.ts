import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { steppedClockOrSkip } from '../../support/preload/stepped-clock.ts';
import type { SteppedClock } from '../../support/preload/stepped-clock.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, openAsCurfew, shippedUsers } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const HOUR_S = 3_600;

// What a failover to a server with another clock does is in skewed-clock.test.ts.
describe('a store whose clock steps while it runs', function () {
  this.timeout(60_000);
  let clock: SteppedClock;
  let server: RedisServer;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    await redisServerOrSkip(this);
    clock = await steppedClockOrSkip(this);
  });
  after(async () => clock?.remove());

  beforeEach(async () => {
    await clock.stepTo(0);
    server = await startRedisServer({ acl: await shippedUsers('users.acl'), env: clock.env });
    journal = new StoreJournal();
    opened = await openAsCurfew(server, { observer: journal, commandTimeoutMs: 5_000 });
    await announceAbilities(opened);
  });
  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  const open = async (name: string): Promise<TouchOutcome> =>
    opened.store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });
  const touch = async (name: string): Promise<TouchOutcome> => touched(opened.store, touchOf(name));
  const end = async (name: string) =>
    opened.store.end({ key: keyOf(name), source: sourceWith(), by: 'revoked' });
  const reportedAheadS = async (): Promise<number | undefined> => {
    await announceAbilities(opened);
    return journal.skews.at(-1);
  };

  it('forward, ends what is over by its clock, and nothing lives again when it steps back', async () => {
    for (const name of ['idle', 'revoked']) await open(name);
    await end('revoked');
    await clock.stepTo(HOUR_S);
    expect((await touch('idle')).kind).to.equal('expired');
    expect((await open('newer')).kind).to.equal('live');
    expect(await reportedAheadS()).to.be.closeTo(HOUR_S, 60);
    await clock.stepTo(0);
    for (const name of ['idle', 'revoked']) {
      expect((await touch(name)).kind, name).to.equal('ended');
      expect((await open(name)).kind, name).to.equal('ended');
    }
    expect((await touch('newer')).kind).to.equal('live');
    expect(await reportedAheadS()).to.be.closeTo(0, 60);
  });

  it('back, refuses no live session, and takes no time back from any', async () => {
    const first = await open('one');
    if (first.kind !== 'live') throw new Error(first.kind);
    await open('ended');
    await end('ended');
    await clock.stepTo(-HOUR_S);
    const then = await touch('one');
    if (then.kind !== 'live') throw new Error(then.kind);
    expect(then.clocks.nowMs).to.be.at.least(first.clocks.nowMs);
    expect(then.clocks.startedAtMs).to.equal(first.clocks.startedAtMs);
    expect((await touch('ended')).kind).to.equal('ended');
    expect(await reportedAheadS()).to.be.closeTo(-HOUR_S, 60);
    await clock.stepTo(0);
    expect((await touch('one')).kind).to.equal('live');
    await clock.stepTo(HOUR_S);
    expect((await touch('one')).kind).to.equal('expired');
  });
});
