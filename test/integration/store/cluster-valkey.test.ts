import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { moveSlotAtomically } from '../../support/redis/cluster-moves.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { clusterUrl, startGuardedCluster } from '../../support/store/cluster-world.ts';
import { openChecked, slotOf, StoreChecks } from '../../support/store/store-checks.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, openAt } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const NAME = 'session 1';

describe('the store on a Cluster of Valkey 9', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let opened: OpenedStore;
  const journal = new StoreJournal();

  before(async function () {
    const bin = await redisServerOrSkip(this, 'valkey 9');
    cluster = await startGuardedCluster({ bin });
    opened = await openAt(clusterUrl(cluster), { observer: journal, commandTimeoutMs: 2_000 });
    await announceAbilities(opened);
    await openChecked(opened);
  });
  after(async () => {
    await opened?.close();
    await cluster?.close();
  });

  const ownerOf = async (): Promise<RedisServer> =>
    eventually('owner', async () => cluster.ownerOf(slotOf(NAME)), 20_000);
  const live = async (): Promise<void> => {
    expect((await touched(opened.store, touchOf(NAME))).kind).to.equal('live');
  };

  it('loses no check while a slot is moved atomically', async () => {
    const from = await ownerOf();
    const [to] = cluster.nodes.slice(0, 3).filter((node) => node !== from);
    if (to === undefined) throw new Error('one primary only');
    const checks = new StoreChecks().start(opened);
    await moveSlotAtomically(cluster, slotOf(NAME), { from, to });
    await live();
    await moveSlotAtomically(cluster, slotOf(NAME), { from: to, to: from });
    await live();
    await checks.stop();
    expect(checks.denied).to.deep.equal([]);
    expect(checks.faults).to.deep.equal([]);
  });

  it('denies nothing in a planned failover, and knows everything at the new primary', async () => {
    const checks = new StoreChecks().start(opened);
    await cluster.failOver(await ownerOf());
    await eventually('a change of the primary', () => journal.primaryChanges.length === 1);
    await checks.stop();
    expect(checks.denied).to.deep.equal([]);
    expect(checks.faults.length).to.be.at.most(5);
    await live();
  });

  it('denies nothing when a primary is killed, and the replica that takes over is swept', async () => {
    const victim = await ownerOf();
    const checks = new StoreChecks().start(opened);
    await victim.kill();
    await cluster.ownerAfter(slotOf(NAME), victim);
    await eventually(
      'live again',
      async () => (await touched(opened.store, touchOf(NAME))).kind === 'live',
      20_000,
    );
    await checks.stop();
    expect(checks.denied).to.deep.equal([]);
    const { fault } = await opened.sweeper.sweep(new Map([['web', sourceWith()]]), 500);
    expect(fault).to.equal(undefined);
    expect(journal.desyncs).to.equal(0);
  });
});
