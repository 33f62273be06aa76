import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { beginMove, moveSlot } from '../../support/redis/cluster-moves.ts';
import { commandCalls } from '../../support/redis/command-calls.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { clusterUrl, startGuardedCluster } from '../../support/store/cluster-world.ts';
import {
  CHECKED_NAMES,
  openChecked,
  slotOf,
  StoreChecks,
} from '../../support/store/store-checks.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, openAt } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('the store on a real Cluster', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    await redisServerOrSkip(this);
    cluster = await startGuardedCluster();
  });
  after(async () => cluster.close());

  beforeEach(async () => {
    journal = new StoreJournal();
    opened = await openAt(clusterUrl(cluster), { observer: journal });
    await announceAbilities(opened);
    await openChecked(opened);
  });
  afterEach(async () => opened.close());

  const checks = (): StoreChecks => new StoreChecks().start(opened);
  const ownerOf = async (name: string): Promise<RedisServer> =>
    eventually('owner', async () => cluster.ownerOf(slotOf(name)), 20_000);
  const primaries = async (): Promise<Set<RedisServer>> =>
    new Set(await Promise.all(CHECKED_NAMES.map(ownerOf)));

  it('asks one node once for a check, and no other', async () => {
    const owner = await ownerOf('session 1');
    const name = 'session 1';
    await touched(opened.store, touchOf(name)); // so that the script is there
    const counts = async () =>
      Promise.all(cluster.nodes.map(async (node) => commandCalls(cluster.admin(node), 'evalsha')));
    const before = await counts();
    await touched(opened.store, touchOf(name));
    const after = await counts();
    const asked = cluster.nodes.filter((_, index) => after[index] !== before[index]);
    expect(asked).to.deep.equal([owner]);
    expect(journal.desyncs).to.equal(0);
  });

  it('loses no check when the scripts are flushed everywhere', async () => {
    const running = checks();
    for (let round = 0; round < 5; round += 1) {
      await sleep(100);
      await Promise.all(cluster.nodes.map(async (node) => cluster.admin(node).script('FLUSH')));
    }
    await running.stop();
    expect(running.faults).to.deep.equal([]);
    expect(running.denied).to.deep.equal([]);
  });

  it('loses few checks in a planned failover', async () => {
    const former = await ownerOf('session 1');
    const running = checks();
    await sleep(300);
    const next = await cluster.failOver(former);
    await sleep(1_500);
    await running.stop();
    expect(running.denied).to.deep.equal([]);
    expect(running.faults.length).to.be.at.most(5);
    expect(await ownerOf('session 1')).to.equal(next);
    await eventually('a change of the primary', () => journal.primaryChanges.length === 1);
  });

  it('moves with a slot that is moved key by key, and back', async () => {
    const name = 'session 1';
    const slot = slotOf(name);
    const from = await ownerOf(name);
    const [to] = [...(await primaries())].filter((node) => node !== from);
    if (to === undefined) throw new Error('one primary only');
    const running = checks();
    await moveSlot(cluster, slot, { from, to, keysAtOnce: 1 });
    await sleep(200);
    await moveSlot(cluster, slot, { from: to, to: from, keysAtOnce: 1 });
    await sleep(200);
    await running.stop();
    expect(running.denied).to.deep.equal([]);
    const others = running.faults.filter((fault) => slotOf(fault.name) !== slot);
    expect(others).to.deep.equal([]);
  });

  it('follows ASK to a slot that has wholly moved but is not given over yet', async () => {
    const name = 'session 1';
    const from = await ownerOf(name);
    const [to] = [...(await primaries())].filter((node) => node !== from);
    if (to === undefined) throw new Error('one primary only');
    const move = await beginMove(cluster, slotOf(name), { from, to });
    while ((await move.moveKeys(100)) > 0);
    // The source has no key of it any more, and the target answers only after ASKING.
    expect((await touched(opened.store, touchOf(name))).kind).to.equal('live');
    await move.finish();
    expect((await touched(opened.store, touchOf(name))).kind).to.equal('live');
    await moveSlot(cluster, slotOf(name), { from: to, to: from, keysAtOnce: 100 });
  });

  it('loses only the part whose primary is killed, until its replica is promoted', async () => {
    const victim = await ownerOf('session 1');
    const ofVictim = new Set(
      (await Promise.all(CHECKED_NAMES.map(async (name) => [name, await ownerOf(name)] as const)))
        .filter(([, owner]) => owner === victim)
        .map(([name]) => name),
    );
    const running = checks();
    await sleep(200);
    await victim.kill();
    const next = await cluster.ownerAfter(slotOf('session 1'), victim);
    await eventually(
      'live again',
      async () => (await touched(opened.store, touchOf('session 1'))).kind === 'live',
      20_000,
    );
    const live = running.faults.length;
    await sleep(1_000);
    expect(running.faults.length, 'none after the first live').to.equal(live);
    const sweep = await opened.sweeper.sweep(new Map([['web', sourceWith()]]), 500);
    await running.stop();
    expect(running.denied).to.deep.equal([]);
    expect(running.faults.filter(({ name }) => !ofVictim.has(name))).to.deep.equal([]);
    expect(sweep.fault).to.equal(undefined);
    await eventually('a change of the primary', () => journal.primaryChanges.length === 1);
    await victim.restart();
    await eventually(
      'replica again',
      async () => (await cluster.replicasOf(next)).includes(victim),
      20_000,
    );
    await eventually(
      'its data',
      async () =>
        (await cluster.admin(victim).info('replication')).includes('master_link_status:up'),
      20_000,
    );
  });

  it('loses only the part whose primary is frozen, and trusts it no more when it wakes', async () => {
    const victim = await ownerOf('session 1');
    const running = checks();
    await sleep(200);
    victim.pause();
    await cluster.ownerAfter(slotOf('session 1'), victim);
    await eventually(
      'live again',
      async () => (await touched(opened.store, touchOf('session 1'))).kind === 'live',
      20_000,
    );
    const before = running.faults.length;
    victim.resume();
    await sleep(1_000);
    await running.stop();
    expect(running.denied).to.deep.equal([]);
    expect(running.faults.slice(before)).to.deep.equal([]);
  });
});
