import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { beginMove } from '../../support/redis/cluster-moves.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { clusterUrl, startGuardedCluster } from '../../support/store/cluster-world.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, openAt } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

/** Enough to lie on every primary. */
const NAMES = Array.from({ length: 24 }, (_, index) => `session ${index}`);
const SOURCE = sourceWith();

describe('ends on a real Cluster', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let opened: OpenedStore;

  before(async function () {
    await redisServerOrSkip(this);
    cluster = await startGuardedCluster({ isBehindProxies: true });
  });
  after(async () => cluster.close());

  beforeEach(async () => {
    opened = await openAt(clusterUrl(cluster), { observer: new StoreJournal() });
    await announceAbilities(opened);
  });
  afterEach(async () => opened.close());

  const ownerOf = async (name: string): Promise<RedisServer> => {
    const slot = keySlot(partitionOf(keyOf(name)).events);
    return eventually('owner', async () => cluster.ownerOf(slot), 20_000);
  };
  const openSession = async (name: string, of?: string): Promise<void> => {
    const subject = of === undefined ? undefined : subjectOf(of);
    if (subject !== undefined) {
      await opened.directory.enter({
        subject,
        session: keyOf(name),
        retentionMs: SOURCE.retentionMs,
      });
    }
    const outcome = await opened.store.open({
      ...touchOf(name),
      subject,
      opening: 'first-use',
      startedAtMs: undefined,
    });
    expect(outcome.kind).to.equal('live');
  };
  const end = async (name: string): Promise<void> => {
    const { source, retentionMs } = SOURCE;
    const key = keyOf(name);
    await opened.administration.store.end({ key, source: { source, retentionMs }, by: 'revoked' });
  };
  const replicaOf = async (name: string): Promise<RedisServer> => {
    const [replica] = await cluster.replicasOf(await ownerOf(name));
    if (replica === undefined) throw new Error('no replica');
    return replica;
  };

  const otherOwners = async (owner: RedisServer): Promise<RedisServer[]> => {
    const owners = await Promise.all(NAMES.map(ownerOf));
    return owners.filter((each) => each !== owner);
  };

  it('are confirmed only when the replicas of every primary have them', async () => {
    expect(new Set(await Promise.all(NAMES.map(ownerOf))).size).to.equal(3);
    for (const name of NAMES) await openSession(name);
    for (const name of NAMES) await end(name);
    expect(await opened.administration.confirm()).to.equal('confirmed');
    for (const name of NAMES) {
      const replica = cluster.admin(await replicaOf(name));
      await replica.call('READONLY');
      const session = partitionOf(keyOf(name)).session(keyOf(name));
      expect(await replica.hget(session, 'w'), name).to.equal('revoked');
    }
  });

  it('wait for the replica of a primary to which one was sent, and for no other', async () => {
    const names = NAMES.map((name) => `another ${name}`);
    const [one = ''] = names;
    const owner = await ownerOf(one);
    const owners = await Promise.all(names.map(ownerOf));
    const other = names.find((_, index) => owners[index] !== owner) ?? '';
    for (const name of [one, other]) await openSession(name);
    const frozen = await replicaOf(one);
    frozen.pause();
    try {
      await end(other);
      expect(await opened.administration.confirm()).to.equal('confirmed');
      await end(one);
      expect(await opened.administration.confirm()).to.equal('unconfirmed');
    } finally {
      frozen.resume();
    }
    await eventually(
      'confirmed',
      async () => (await opened.administration.confirm()) === 'confirmed',
      20_000,
    );
  });

  it('do not wait for a part that is down, unless it has some of them', async () => {
    const names = NAMES.map((name) => `beside a dead part: ${name}`);
    const [one = ''] = names;
    const owner = await ownerOf(one);
    const owners = await Promise.all(names.map(ownerOf));
    const others = names.filter((_, index) => owners[index] !== owner);
    const [other = '', later = ''] = others;
    for (const name of [one, other, later]) await openSession(name);
    await end(other);
    // A script that leaves nothing to confirm.
    await opened.administration.store.claim(keyOf(one), keyOf(one));
    const down = [owner, await replicaOf(one)];
    for (const each of down) cluster.way(each).become({ kind: 'reset' });
    try {
      expect(await opened.administration.confirm()).to.equal('confirmed');
      await end(later);
      expect(await opened.administration.confirm()).to.equal('confirmed');
      expect(await end(one).catch((error: Error) => error.message)).to.match(/^no connection/);
    } finally {
      for (const each of down) cluster.way(each).become({ kind: 'none' });
    }
  });

  it('are not confirmed by other parts when their primary is gone, and the next one out of reach', async () => {
    const names = NAMES.map((name) => `of a lost primary: ${name}`);
    const [one = ''] = names;
    const owner = await ownerOf(one);
    const owners = await Promise.all(names.map(ownerOf));
    const other = names.find((_, index) => owners[index] !== owner) ?? '';
    const next = await replicaOf(one);
    for (const name of [one, other]) await openSession(name);
    await end(one);
    await end(other);
    cluster.way(next).become({ kind: 'reset' });
    expect(await cluster.failOver(owner)).to.equal(next);
    cluster.way(owner).become({ kind: 'reset' });
    try {
      const slot = keySlot(partitionOf(keyOf(one)).events);
      expect(await cluster.ownerOf(slot)).to.equal(next);
      for (let tries = 0; tries < 3; tries += 1) {
        expect(await opened.administration.confirm(), `try ${tries}`).to.equal('unconfirmed');
      }
    } finally {
      for (const each of [owner, next]) cluster.way(each).become({ kind: 'none' });
    }
    const isBack = async () => (await opened.administration.confirm()) === 'confirmed';
    await eventually('confirmed', isBack, 20_000);
  });

  it('are not confirmed by the former node of a slot that is being moved', async () => {
    const [one = ''] = NAMES.map((name) => `on its way: ${name}`);
    const from = await ownerOf(one);
    const [to] = await otherOwners(from);
    if (to === undefined) throw new Error('one primary only');
    const slot = keySlot(partitionOf(keyOf(one)).events);
    await openSession(one);
    await opened.administration.confirm(); // it knows the map
    const move = await beginMove(cluster, slot, { from, to });
    while ((await move.moveKeys(10)) > 0);
    const [replica] = await cluster.replicasOf(to);
    replica?.pause();
    try {
      await end(one);
      expect(await opened.administration.confirm()).to.equal('unconfirmed');
    } finally {
      replica?.resume();
    }
    await move.finish();
    const isThere = async () => (await opened.administration.confirm()) === 'confirmed';
    await eventually('confirmed', isThere, 20_000);
  });

  it('reach every session of a subject, on whatever primary it is', async () => {
    const names = NAMES.map((name) => `of alice: ${name}`);
    for (const name of names) await openSession(name, 'alice');
    const { retentionMs } = SOURCE;
    const done = await endSubject(opened, {
      subjects: [subjectOf('alice')],
      by: 'revoked',
      retentionMs,
    });
    expect(done.ended).to.equal(names.length);
    for (const name of names) {
      expect((await touched(opened.store, touchOf(name))).kind, name).to.equal('ended');
    }
  });
});
