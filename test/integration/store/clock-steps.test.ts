import { expect } from 'chai';
import type { Redis } from 'ioredis';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { startMovingAddress } from '../../support/network/moving-address.ts';
import type { MovingAddress } from '../../support/network/moving-address.ts';
import {
  debianProgramOrSkip,
  redisServerOrSkip,
} from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { makeSteppedClock } from '../../support/redis/stepped-clock.ts';
import type { SteppedClock } from '../../support/redis/stepped-clock.ts';
import { ADMIN_USER } from '../../support/redis/test-users.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openAdmin,
  openAsCurfew,
  shippedUsers,
} from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const HOUR_S = 3_600;
const SOURCE = sourceWith();

describe('a store whose clock steps', function () {
  this.timeout(60_000);
  let clocks: readonly [SteppedClock, SteppedClock];
  let servers: readonly [RedisServer, RedisServer];
  let admins: readonly Redis[];
  let address: MovingAddress;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    await redisServerOrSkip(this);
    const compiler = await debianProgramOrSkip(this, 'cc', 'gcc');
    clocks = [await makeSteppedClock(compiler), await makeSteppedClock(compiler)];
  });
  after(() => Promise.all((clocks ?? []).map((clock) => clock.remove())));

  beforeEach(async () => {
    const acl = [...(await shippedUsers('users.acl')), ADMIN_USER];
    const args = [
      '--masteruser',
      'admin',
      '--masterauth',
      'any',
      '--repl-diskless-sync-delay',
      '0',
    ];
    const start = async ({ env, stepTo }: SteppedClock): Promise<RedisServer> => {
      await stepTo(0);
      return startRedisServer({ acl, args, env });
    };
    servers = [await start(clocks[0]), await start(clocks[1])];
    admins = servers.map(openAdmin);
    address = await startMovingAddress(servers[0].port);
    journal = new StoreJournal();
    opened = await openAsCurfew(address, { observer: journal, commandTimeoutMs: 5_000 });
    await announceAbilities(opened);
  });
  afterEach(async () => {
    await opened.close();
    for (const admin of admins) admin.disconnect();
    address.close();
    await Promise.all(servers.map((server) => server.stop()));
  });

  const open = async (name: string): Promise<TouchOutcome> =>
    opened.store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });
  const touch = async (name: string): Promise<TouchOutcome> => touched(opened.store, touchOf(name));
  const end = async (name: string) =>
    opened.store.end({ key: keyOf(name), source: SOURCE, by: 'revoked' });
  const aheadS = async (): Promise<number> => {
    await opened.sweeper.sweep(new Map([['web', SOURCE]]), 100);
    return journal.skews.at(-1) ?? 0;
  };

  it('forward, ends what is over by its clock, and nothing lives again when it steps back', async () => {
    for (const name of ['idle', 'revoked']) await open(name);
    await end('revoked');
    await clocks[0].stepTo(HOUR_S);
    expect(await touch('idle')).to.include({ kind: 'expired' });
    expect((await open('newer')).kind).to.equal('live');
    expect(await aheadS()).to.be.closeTo(HOUR_S, 60);
    await clocks[0].stepTo(0);
    for (const name of ['idle', 'revoked']) {
      expect((await touch(name)).kind, name).to.equal('ended');
      expect((await open(name)).kind, name).to.equal('ended');
    }
    expect((await touch('newer')).kind).to.equal('live');
    expect(await aheadS()).to.be.closeTo(0, 60);
  });

  it('back, refuses no live session, and takes no time back from any', async () => {
    const first = await open('one');
    if (first.kind !== 'live') throw new Error(first.kind);
    await open('ended');
    await end('ended');
    await clocks[0].stepTo(-HOUR_S);
    const then = await touch('one');
    if (then.kind !== 'live') throw new Error(then.kind);
    expect(then.clocks.nowMs).to.be.at.least(first.clocks.nowMs);
    expect(then.clocks.startedAtMs).to.equal(first.clocks.startedAtMs);
    expect((await touch('ended')).kind).to.equal('ended');
    expect(await aheadS()).to.be.closeTo(-HOUR_S, 60);
    await clocks[0].stepTo(0);
    expect((await touch('one')).kind).to.equal('live');
    await clocks[0].stepTo(HOUR_S);
    expect((await touch('one')).kind).to.equal('expired');
  });

  for (const [where, seconds, kind] of [
    ['behind', -HOUR_S, 'live'],
    ['ahead', HOUR_S, 'expired'],
  ] as const) {
    it(`by a failover to a server whose clock is ${where}, keeps ends, and the difference is reported`, async () => {
      await clocks[1].stepTo(seconds);
      const [primary, next] = admins;
      if (primary === undefined || next === undefined) throw new Error('two servers');
      await next.replicaof('127.0.0.1', servers[0].port);
      for (const name of ['live', 'ended']) await open(name);
      await end('ended');
      await eventually('a replica with the data', async () => (await primary.wait(1, 1_000)) === 1);
      await servers[0].kill();
      await next.replicaof('NO', 'ONE');
      address.moveTo(servers[1].port);
      // By its clock, which decides, an hour without a request has gone by or none at all.
      const found = await eventually('a verdict', async () => (await touch('live')).kind);
      expect(found).to.equal(kind);
      expect((await touch('ended')).kind).to.equal('ended');
      expect(await aheadS()).to.be.closeTo(seconds, 60);
    });
  }
});
