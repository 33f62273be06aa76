import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { ReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { openAdmin, openAsCurfew, startGuardedRedis } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('a change of the primary', function () {
  this.timeout(60_000);
  const closers: (() => Promise<void>)[] = [];
  const journal = (): StoreJournal => new StoreJournal();

  before(async function () {
    await redisServerOrSkip(this);
  });
  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function replicated(replicas = 1): Promise<ReplicatedRedis> {
    const redis = await startReplicatedRedis(replicas);
    closers.push(() => redis.close());
    return redis;
  }

  async function single(): Promise<RedisServer> {
    const server = await startGuardedRedis(['--repl-diskless-sync-delay', '0']);
    closers.push(() => server.stop());
    return server;
  }

  async function openOn(port: number, observer: StoreJournal): Promise<OpenedStore> {
    const opened = await openAsCurfew({ port }, { observer });
    closers.push(() => opened.close());
    return opened;
  }

  const hasChanged = async (seen: StoreJournal) =>
    eventually('a change of the primary', () => seen.primaryChanges[0]);

  describe('is noticed', () => {
    it('at the new connection, when the replica was promoted', async () => {
      const redis = await replicated();
      const seen = journal();
      await openOn(redis.port, seen);
      const [next] = redis.replicas;
      const runIds = [redis.primary, next].map(
        async (server) => /run_id:(\w+)/.exec((await server?.info('server')) ?? '')?.[1],
      );
      const expected = await Promise.all(runIds);
      await redis.failOver();
      expect(await hasChanged(seen)).to.deep.equal(expected);
    });

    it('at the new connection, when the server was restarted', async () => {
      const server = await single();
      const seen = journal();
      await openOn(server.port, seen);
      await server.kill();
      await server.restart();
      await hasChanged(seen);
    });

    it('at the next inspection, when the same server was a replica meanwhile', async () => {
      const [server, other] = [await single(), await single()];
      const seen = journal();
      const opened = await openOn(server.port, seen);
      const admin = openAdmin(server);
      closers.push(async () => admin.disconnect());
      await admin.config('SET', 'masteruser', 'admin');
      await admin.config('SET', 'masterauth', 'any');
      await admin.replicaof('127.0.0.1', other.port);
      await eventually('a link', async () =>
        (await admin.info('replication')).includes('master_link_status:up'),
      );
      await admin.replicaof('NO', 'ONE');
      await eventually('a change', async () => {
        await opened.inspect();
        return seen.primaryChanges.length > 0;
      });
    });

    it('not when the first replica connects, or a connection is lost', async () => {
      const [server, replica] = [await single(), await single()];
      const seen = journal();
      const opened = await openOn(server.port, seen);
      const [admin, other] = [openAdmin(server), openAdmin(replica)];
      closers.push(async () => [admin, other].forEach((each) => each.disconnect()));
      await other.config('SET', 'masteruser', 'admin');
      await other.config('SET', 'masterauth', 'any');
      await other.replicaof('127.0.0.1', server.port);
      await eventually('a replica', async () =>
        (await admin.info('replication')).includes('state=online'),
      );
      await opened.inspect();
      await admin.client('KILL', 'USER', 'curfew');
      await eventually('another connection', () => seen.ups.length === 3);
      await opened.inspect();
      expect(seen.primaryChanges).to.deep.equal([]);
    });
  });

  it('is looked for with one command for each connection', async () => {
    const server = await single();
    const admin = openAdmin(server);
    closers.push(async () => admin.disconnect());
    const seen = journal();
    await openOn(server.port, seen);
    const reads = () => seen.calls.filter(({ call }) => call === 'read').length;
    const inspected = reads();
    await admin.client('KILL', 'USER', 'curfew');
    await eventually('another connection', () => seen.ups.length === 3);
    await eventually('a question', () => reads() > inspected);
    expect(reads()).to.equal(inspected + 1);
  });
});
