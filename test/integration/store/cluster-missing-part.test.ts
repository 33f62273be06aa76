import { expect } from 'chai';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { REPLICAS_KEY } from '../../../src/store/redis/store-keys.ts';
import type { OnStoreLoss } from '../../../src/terms/on-store-loss.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { clusterUrl, startGuardedCluster } from '../../support/store/cluster-world.ts';
import { ageMarks, markKeys, MarkedReplica } from '../../support/store/marked-replica.ts';
import { CHECKED_NAMES, slotOf } from '../../support/store/store-checks.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { openAt } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const ALL = 256;
const FENCED = 'the store refused: FENCED (it has lost data, or is new; see curfew store show)';
const NAMES = CHECKED_NAMES.slice(0, 30);

describe('a Cluster of which a part is missing', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let replicas: MarkedReplica[];
  const closers: (() => Promise<void>)[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    cluster = await startGuardedCluster({ replicasEach: 0 });
  });
  after(async () => cluster?.close());
  beforeEach(() => {
    replicas = [];
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await Promise.all(closers.splice(0).map((close) => close()));
    for (const node of cluster.nodes) {
      if (!node.isAnswering) await node.restart();
      await cluster.admin(node).flushall();
    }
  });

  async function start(onStoreLoss: OnStoreLoss): Promise<MarkedReplica> {
    const replica = await MarkedReplica.startAt(
      async (options) => openAt(clusterUrl(cluster), options),
      onStoreLoss,
    );
    replicas.push(replica);
    return replica;
  }

  /** A replica that knows the marks of an installation that is five minutes old. */
  async function established(onStoreLoss: OnStoreLoss): Promise<MarkedReplica> {
    const first = await start('continue');
    await first.turn();
    for (const node of cluster.nodes) await ageMarks(cluster.admin(node), 5 * 60_000);
    const replica = await start(onStoreLoss);
    await replica.turn();
    expect(replica.lost).to.equal(0);
    return replica;
  }

  /** A node that has just started does not serve its slots at once. */
  async function untilServed(): Promise<void> {
    for (const each of cluster.nodes) {
      const isOk = async (): Promise<boolean> =>
        String(await cluster.admin(each).call('CLUSTER', 'INFO')).includes('cluster_state:ok');
      await eventually('node', isOk, 20_000);
    }
  }

  /** It comes back without data, and is a primary with the same slots. */
  async function lose(node: RedisServer): Promise<number> {
    const partitions = (await markKeys(cluster.admin(node))).length;
    await node.kill();
    await node.restart();
    await untilServed();
    expect(await markKeys(cluster.admin(node))).to.deep.equal([]);
    return partitions;
  }

  const [lostName = ''] = NAMES;
  const ownerOf = async (name: string): Promise<RedisServer> =>
    eventually('owner', async () => cluster.ownerOf(slotOf(name)));
  /** Their sessions are on the node, and are on others. */
  async function split(node: RedisServer): Promise<readonly [string[], string[]]> {
    const owners = await Promise.all(
      NAMES.map(async (name) => [name, await ownerOf(name)] as const),
    );
    const here = owners.filter(([, owner]) => owner === node).map(([name]) => name);
    return [here, NAMES.filter((name) => !here.includes(name))];
  }

  it('with its data: unknown credentials are refused there alone, until the loss is accepted', async () => {
    const node = await ownerOf(lostName);
    const [here, elsewhere] = await split(node);
    const replica = await established('fence');
    const partitions = await lose(node);
    expect(partitions).to.be.within(1, ALL - 1);
    await replica.turn();
    expect(replica.lost).to.equal(partitions);
    expect(replica.journal.marks.at(-1)).to.deep.equal({ unmarked: 0, refusing: partitions });
    for (const name of here) expect(await replica.tryOpen(name), name).to.equal(FENCED);
    for (const name of elsewhere) expect(await replica.tryOpen(name), name).to.equal('live');
    const { installation } = replica.opened.administration;
    const { changed, state } = await installation.acceptLoss();
    expect(changed).to.equal(partitions);
    expect(state).to.include({ partitions: ALL, unmarked: 0, fenced: 0 });
    for (const name of here) expect(await replica.tryOpen(name), name).to.equal('live');
  });

  it('with its data: goes on, and counts once what was lost, if it is to continue', async () => {
    const node = await ownerOf(lostName);
    const replica = await established('continue');
    const partitions = await lose(node);
    await replica.turn();
    await replica.turn();
    expect(replica.journal.losses).to.have.lengthOf(1);
    expect(replica.journal.losses[0]).to.include({ partitions, keptUntilMs: undefined });
    for (const name of NAMES) expect(await replica.tryOpen(name), name).to.equal('live');
  });

  it('because its primary is down: decides in the others, stays up, and says what is missing', async () => {
    const node = await ownerOf(lostName);
    const [here, elsewhere] = await split(node);
    const replica = await established('continue');
    const { journal, opened } = replica;
    for (const name of NAMES) expect(await replica.tryOpen(name), name).to.equal('live');
    const partitions = (await markKeys(cluster.admin(node))).length;
    const hasReplicasKey = (await cluster.ownerOf(keySlot(REPLICAS_KEY))) === node;
    await node.kill();
    const why = 'ECONNREFUSED (nothing listens there)';
    await eventually('word of it', () => journal.shardStates.at(-1)?.down[0]?.why === why);
    const { known, down } = journal.shardStates.at(-1) ?? {};
    expect([known, down?.length]).to.deep.equal([3, 1]);
    const where = { node: `127.0.0.1:${node.port}`, partitions, hasReplicasKey };
    expect(down?.[0]).to.include(where);
    for (const name of here) expect(await replica.tryOpen(name), name).to.match(/^no connection/);
    for (const name of elsewhere) {
      expect((await touched(opened.store, touchOf(name))).kind).to.equal('live');
    }
    // A part alone is not the store.
    expect(journal.ups).to.deep.equal([true]);
    // Nor for one that starts now, once the others have found it to be down.
    const late = await openAt(clusterUrl(cluster), { wait: false });
    closers.push(async () => late.close());
    await eventually('start', async () => (await late.inspect()).kind === 'usable', 20_000);
    expect(await late.tryPermissions()).to.deep.equal([]);
    await node.restart();
    await untilServed();
    await eventually('word of it', () => journal.shardStates.at(-1)?.down.length === 0, 20_000);
    expect(journal.ups).to.deep.equal([true]);
  });

  it('because no node has a slot: decides everywhere else, and says how much is missing', async () => {
    const node = await ownerOf(lostName);
    const slot = slotOf(lostName);
    const elsewhere = NAMES.filter((name) => slotOf(name) !== slot);
    const replica = await established('continue');
    const { journal, opened } = replica;
    for (const name of NAMES) expect(await replica.tryOpen(name), name).to.equal('live');
    const everywhere = async (word: string): Promise<unknown> =>
      Promise.all(cluster.nodes.map((each) => cluster.admin(each).call('CLUSTER', word, slot)));
    await everywhere('DELSLOTS');
    await eventually('error', async () => /CLUSTERDOWN/.test(await replica.tryOpen(lostName)));
    for (const name of elsewhere) {
      expect((await touched(opened.store, touchOf(name))).kind).to.equal('live');
    }
    expect(journal.ups).to.deep.equal([true]);
    // One that was never connected to its primary says so itself.
    const lateJournal = new StoreJournal();
    const late = await openAt(clusterUrl(cluster), { observer: lateJournal, wait: false });
    closers.push(async () => late.close());
    const why = 'the Cluster has none for it';
    const down = [{ node: 'no primary', why, partitions: 1, hasReplicasKey: false }];
    await eventually('word of it', () => lateJournal.shardStates.at(-1)?.down.length === 1);
    expect(lateJournal.shardStates.at(-1)).to.deep.equal({ known: 4, down });
    const fault = await late.inspect().catch((error: Error) => error.message);
    expect(fault).to.match(/no primary for this part/);
    await cluster.admin(node).call('CLUSTER', 'ADDSLOTS', slot);
    await eventually('live', async () => (await replica.tryOpen(lostName)) === 'live', 20_000);
  });

  it('because its slot was given to another node, empty: what was ended lately is ended there, too', async () => {
    const node = await ownerOf(lostName);
    const slot = slotOf(lostName);
    const [other] = cluster.nodes.filter((each) => each !== node);
    if (other === undefined) throw new Error('one node only');
    const replica = await established('continue');
    const { store } = replica.opened;
    expect(await replica.tryOpen(lostName)).to.equal('live');
    const key = keyOf(lostName);
    await store.end({ key, source: sourceWith(), by: 'revoked' });
    // As `redis-cli --cluster fix` does it for a slot without a node.
    for (const each of cluster.nodes) {
      const deleted = cluster.admin(each).call('CLUSTER', 'DELSLOTS', slot);
      // It may have heard it from the others already.
      await deleted.catch((error: Error) => expect(error.message).to.match(/already unassigned/));
    }
    await cluster.admin(other).call('CLUSTER', 'ADDSLOTS', slot);
    await cluster.admin(other).call('CLUSTER', 'BUMPEPOCH');
    const opened = async () => (await replica.tryOpen(lostName)) === 'live';
    await eventually('the session live again', opened, 20_000);
    await replica.turn(); // the clock of the marks has hardly moved since the first one
    expect(replica.lost).to.equal(1);
    expect((await touched(store, touchOf(lostName))).kind).to.equal('ended');
    expect(replica.journal.primaryChanges).to.deep.equal([]);
  });
});
