import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { clusterUrl, startGuardedCluster } from '../../support/store/cluster-world.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, openAt } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const NAME = 'session 1';
const SLOT = keySlot(partitionOf(keyOf(NAME)).events);
const FAILOVER_MAX_MS = 20_000;

describe('the store on a Cluster whose nodes do not hear each other', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    await redisServerOrSkip(this);
    cluster = await startGuardedCluster({ hasBusProxies: true });
  });
  after(async () => cluster?.close());

  beforeEach(async () => {
    journal = new StoreJournal();
    opened = await openAt(clusterUrl(cluster), { observer: journal, commandTimeoutMs: 1_000 });
    await announceAbilities(opened);
  });
  afterEach(async () => opened.close());

  const open = async () =>
    opened.store.open({ ...touchOf(NAME), opening: 'first-use', startedAtMs: undefined });
  const kindOf = async (): Promise<string> =>
    touched(opened.store, touchOf(NAME)).then(
      ({ kind }) => kind,
      ({ message }: Error) => message,
    );
  const owner = async (): Promise<RedisServer> =>
    eventually('owner', async () => cluster.ownerOf(SLOT), FAILOVER_MAX_MS);

  it('leaves a primary that is cut off from the others, and ends stay ends', async () => {
    const former = await owner();
    expect((await open()).kind).to.equal('live');
    await cluster.cutOff([former]);
    // Clients still reach it, and it still takes itself for the primary for a moment.
    const next = await cluster.ownerAfter(SLOT, former);
    await eventually('live again', async () => (await kindOf()) === 'live', FAILOVER_MAX_MS);
    const end = { key: keyOf(NAME), source: sourceWith(), by: 'revoked' } as const;
    await opened.store.end(end);
    expect(
      await cluster.admin(next).hget(partitionOf(keyOf(NAME)).session(keyOf(NAME)), 'w'),
    ).to.equal('revoked');
    await cluster.cutOff([]);
    await eventually(
      'replica again',
      async () => (await cluster.replicasOf(next)).includes(former),
      FAILOVER_MAX_MS,
    );
    expect(await kindOf()).to.equal('ended');
    expect(journal.desyncs).to.equal(0);
  });
});
