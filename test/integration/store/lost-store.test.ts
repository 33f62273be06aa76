import { expect } from 'chai';
import { copyFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Redis } from 'ioredis';
import type { OnStoreLoss } from '../../../src/terms/on-store-loss.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { EarlierScripts } from '../../support/store/earlier-scripts.ts';
import {
  ageMarks,
  markKey,
  markKeys,
  MarkedReplica,
  reconnectAll,
} from '../../support/store/marked-replica.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { openAdmin, startGuardedRedis, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const ALL = 256;
const MINUTE_MS = 60_000;
const FENCED = 'the store refused: FENCED (it has lost data, or is new; see curfew store show)';
/** Their credentials are in different partitions. */
const NAMES = Array.from({ length: 20 }, (_, index) => `user-${index}`);
const partitionOf = (name: string): number => Buffer.from(keyOf(name), 'base64url').readUInt8(0);

describe('a store that has lost data', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let admin: Redis;
  let replicas: MarkedReplica[];

  before(async function () {
    await redisServerOrSkip(this);
  });
  beforeEach(async () => {
    replicas = [];
    await serve();
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    admin.disconnect();
    await server.stop();
  });

  async function serve(args: readonly string[] = []): Promise<void> {
    admin?.disconnect();
    await server?.stop();
    server = await startGuardedRedis(args);
    admin = openAdmin(server);
  }

  async function start(onStoreLoss: OnStoreLoss): Promise<MarkedReplica> {
    const replica = await MarkedReplica.start(server, onStoreLoss);
    replicas.push(replica);
    return replica;
  }

  /** A replica that knows the marks of an installation that is this old. */
  async function established(
    onStoreLoss: OnStoreLoss,
    ageMs: number = 5 * MINUTE_MS,
  ): Promise<MarkedReplica> {
    if ((await markKeys(admin)).length === 0) {
      await (await start('continue')).turn();
      await ageMarks(admin, ageMs);
    }
    const replica = await start(onStoreLoss);
    await replica.turn();
    expect(replica.lost).to.equal(0);
    return replica;
  }

  describe('with on_store_loss: continue', () => {
    it('is marked without a word when it is new, in every partition, by several replicas', async () => {
      const [one, other] = [await start('continue'), await start('continue')];
      await Promise.all([one.turn(), other.turn()]);
      await reconnectAll(admin);
      await Promise.all([one.turn(), other.turn()]);
      expect(await markKeys(admin)).to.have.lengthOf(ALL);
      expect([one.lost, other.lost]).to.deep.equal([0, 0]);
      expect(one.journal.marks.at(-1)).to.deep.equal({ unmarked: 0, refusing: 0 });
    });

    it('is noticed once by every replica that knew it, and goes on', async () => {
      const [one, other] = [await established('continue'), await established('continue')];
      await one.open('before');
      await server.kill();
      await server.restart();
      await one.turn();
      await other.turn();
      for (const { journal } of [one, other]) {
        expect(journal.losses).to.have.lengthOf(1);
        expect(journal.losses[0]).to.include({ partitions: ALL, keptUntilMs: undefined });
      }
      expect(await one.tryOpen('before')).to.equal('live');
      await reconnectAll(admin);
      await one.turn();
      await other.turn();
      expect([one.lost, other.lost]).to.deep.equal([ALL, ALL]);
      expect(await one.opened.administration.installation.show()).to.deep.include({
        partitions: ALL,
        unmarked: 0,
        fenced: 0,
      });
    });

    it('ends again what was ended lately, also when the same server has lost it', async () => {
      const replica = await established('continue');
      const { store } = replica.opened;
      await replica.open('ended');
      await store.end({ key: keyOf('ended'), source: sourceWith(), by: 'revoked' });
      await admin.flushall();
      expect(await replica.tryOpen('ended')).to.equal('live'); // nothing knows it yet
      await reconnectAll(admin);
      await replica.turn();
      expect((await touched(store, touchOf('ended'))).kind).to.equal('ended');
    });

    it('is noticed where another replica has marked it again first', async () => {
      const knows = await established('continue');
      await admin.flushall();
      const fresh = await start('continue');
      await fresh.turn();
      expect(fresh.lost).to.equal(0);
      await reconnectAll(admin);
      await knows.turn();
      expect(knows.lost).to.equal(ALL);
    });

    it('is noticed in one partition, also by a replica that has just started', async () => {
      const knows = await established('continue');
      await admin.del(markKey(7));
      await reconnectAll(admin);
      await knows.turn();
      await admin.del(markKey(8));
      const fresh = await start('continue');
      await fresh.turn();
      expect([knows.lost, fresh.lost]).to.deep.equal([1, 1]);
      expect(await markKeys(admin)).to.have.lengthOf(ALL);
    });
  });

  describe('with on_store_loss: fence', () => {
    it('opens nothing in a new store before it is marked', async () => {
      const replica = await start('fence');
      await replica.turn();
      expect(await markKeys(admin)).to.deep.equal([]);
      expect(replica.journal.marks.at(-1)).to.deep.equal({ unmarked: ALL, refusing: ALL });
      expect(await replica.tryOpen('one')).to.equal(FENCED);
      const { changed, state } = await replica.opened.administration.installation.init();
      expect(changed).to.equal(ALL);
      expect(state).to.include({ unmarked: 0, fenced: 0 });
      expect(await replica.tryOpen('one')).to.equal('live');
      expect(replica.lost).to.equal(0);
    });

    it('opens nothing after an empty restart, and leaves everything else as it is', async () => {
      const replica = await established('fence');
      await server.kill();
      await server.restart();
      await replica.turn();
      expect(replica.lost).to.equal(ALL);
      expect(replica.journal.marks.at(-1)).to.deep.equal({ unmarked: 0, refusing: ALL });
      for (const name of NAMES) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await replica.tryOpen(name), name).to.equal(FENCED);
      }
      const registered = await replica.opened.store.open({
        ...touchOf('registered'),
        opening: 'registered',
        startedAtMs: undefined,
      });
      expect(registered.kind).to.equal('live');
      // A session that is there is only touched, whatever the mark is.
      expect(await replica.tryOpen('registered')).to.equal('live');
      expect((await touched(replica.opened.store, touchOf('registered'))).kind).to.equal('live');
      const { store } = replica.opened;
      const end = { key: keyOf('gone'), source: sourceWith(), by: 'signed_out' } as const;
      expect((await store.end({ ...end, unknown: 'tombstone' })).kind).to.equal('ended');
      expect(await replica.tryOpen('gone')).to.equal('ended');
    });

    it('opens nothing before the sweeper has looked: after FLUSHALL, at once', async () => {
      const replica = await established('fence');
      await admin.flushall();
      expect(await replica.tryOpen('one')).to.equal(FENCED);
    });

    it('opens again everywhere when the loss is accepted, and is not fenced again', async () => {
      const [one, other] = [await established('fence'), await established('fence')];
      await admin.flushall();
      await reconnectAll(admin);
      await one.turn();
      const { changed } = await one.opened.administration.installation.acceptLoss();
      expect(changed).to.equal(ALL);
      expect(await one.tryOpen('one')).to.equal('live');
      expect(await other.tryOpen('two')).to.equal('live');
      // The other one notices the loss only now.
      await other.turn();
      expect(other.lost).to.equal(ALL);
      expect(await other.tryOpen('three')).to.equal('live');
      expect(other.journal.marks.at(-1)).to.deep.equal({ unmarked: 0, refusing: 0 });
      const again = await other.opened.administration.installation.acceptLoss();
      expect(again.changed).to.equal(0);
      expect(again.state.lastLoss).to.include({ partitions: ALL, keptUntilMs: undefined });
    });

    it('stays fenced for a replica that has started since', async () => {
      const knows = await established('fence');
      await admin.flushall();
      await reconnectAll(admin);
      await knows.turn();
      const fresh = await start('fence');
      expect(await fresh.tryOpen('one')).to.equal(FENCED);
      await fresh.turn();
      expect(fresh.lost).to.equal(0);
      expect(await fresh.tryOpen('one')).to.equal(FENCED);
    });

    it('refuses in the one partition that is lost, and in no other', async () => {
      const replica = await established('fence');
      const [hit = '', ...rest] = NAMES;
      const others = rest.filter((name) => partitionOf(name) !== partitionOf(hit));
      await admin.del(markKey(partitionOf(hit)));
      await reconnectAll(admin);
      await replica.turn();
      expect(replica.lost).to.equal(1);
      expect(await replica.tryOpen(hit)).to.equal(FENCED);
      for (const name of others) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await replica.tryOpen(name), name).to.equal('live');
      }
    });
  });

  for (const onStoreLoss of ['continue', 'fence'] as const) {
    it(`notices yesterday's snapshot, and since when data is lost (${onStoreLoss})`, async () => {
      const old = await established('continue', 24 * 60 * MINUTE_MS);
      const snapshotAtMs = Number(await admin.hget(markKey(0), 't'));
      await admin.save();
      // Today's marks: renewed as they are every ten minutes, and seen by a replica.
      await Promise.all(
        (await markKeys(admin)).map((key) => admin.hset(key, 't', Date.now() - 5 * MINUTE_MS)),
      );
      await reconnectAll(admin);
      await old.turn();
      const replica = await established(onStoreLoss);
      await server.kill();
      await server.restart();
      // The opening itself sees it: the sweeper has not looked at the marks yet.
      await untilUp(replica.opened);
      expect(await replica.tryOpen('one')).to.equal(onStoreLoss === 'fence' ? FENCED : 'live');
      await replica.turn();
      expect(replica.journal.losses).to.have.lengthOf(1);
      const [loss] = replica.journal.losses;
      expect(loss?.partitions).to.equal(ALL);
      expect(loss?.keptUntilMs).to.be.closeTo(snapshotAtMs, 5_000);
      const state = await replica.opened.administration.installation.show();
      expect(state.lastLoss).to.deep.equal(loss);
      expect(state.fenced).to.equal(onStoreLoss === 'fence' ? ALL : 0);
    });
  }

  it('is no concern of a replica of an earlier version, which does the marks no harm', async () => {
    const replica = await established('fence');
    const earlier = new EarlierScripts(admin, [keyOf('theirs')]);
    const request = {
      ...touchOf('theirs'),
      opening: 'first-use',
      startedAtMs: undefined,
    } as const;
    expect((await earlier.open(request)).kind).to.equal('live');
    expect(await replica.tryOpen('theirs')).to.equal('live');
    expect(await replica.tryOpen('ours')).to.equal('live');
    expect((await touched(earlier, touchOf('ours'))).kind).to.equal('live');
    await admin.flushall();
    await reconnectAll(admin);
    await replica.turn();
    // It does not know the fence, and opens as it always did. A session that it opens is known.
    expect((await earlier.open(request)).kind).to.equal('live');
    expect(await replica.tryOpen('theirs')).to.equal('live');
    expect(await replica.tryOpen('other')).to.equal(FENCED);
    await earlier.sweep(new Map([['web', sourceWith()]]));
    await reconnectAll(admin);
    await replica.turn();
    expect(replica.lost).to.equal(ALL);
    expect(await markKeys(admin)).to.have.lengthOf(ALL);
  });

  it('refuses with an old mark before the sweeper has looked', async () => {
    const replica = await established('fence');
    await ageMarks(admin, 60 * MINUTE_MS);
    expect(await replica.tryOpen('one')).to.equal(FENCED);
  });

  it('notices a lost end of the append-only file', async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await serve(['--appendonly', 'yes']);
    const replica = await established('continue', 30 * MINUTE_MS);
    const folder = join(dirname(server.socketPath), 'appendonlydir');
    const files = await readdir(folder);
    const file = join(folder, files.find((name) => name.endsWith('.incr.aof')) ?? '');
    await copyFile(file, `${file}.earlier`);
    await Promise.all(
      (await markKeys(admin)).map((key) => admin.hset(key, 't', Date.now() - 2 * MINUTE_MS)),
    );
    await reconnectAll(admin);
    await replica.turn();
    await server.kill();
    await copyFile(`${file}.earlier`, file);
    await server.restart();
    await replica.turn();
    expect(replica.lost).to.equal(ALL);
    expect(replica.journal.losses[0]?.keptUntilMs).to.be.closeTo(
      Date.now() - 30 * MINUTE_MS,
      9_000,
    );
  });
});
