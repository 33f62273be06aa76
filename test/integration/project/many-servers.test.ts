import { expect } from 'chai';
import { Redis } from 'ioredis';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { beginMove, moveSlot, moveSlotAtomically } from '../../support/redis/cluster-moves.ts';
import { startCluster } from '../../support/redis/cluster.ts';
import type { Cluster } from '../../support/redis/cluster.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { startSentinels } from '../../support/redis/sentinels.ts';
import type { Sentinels } from '../../support/redis/sentinels.ts';
import { eventually } from '../../support/time/eventually.ts';

const START_MAX_MS = 60_000;
const STEP_MAX_MS = 30_000;
const STRANGERS_OUT = ['user default off', 'user app on >secret ~curfew:* +ping +info +set'];
const LOGIN = { username: 'app', password: 'secret' };

/** What one command answers, or its error, on a connection of its own. */
async function ask(port: number, options: object, ...command: [string, ...string[]]) {
  const quick = {
    lazyConnect: true,
    enableReadyCheck: false,
    disconnectTimeout: 50,
    retryStrategy: () => null,
  };
  const client = new Redis(port, '127.0.0.1', { ...options, ...quick });
  client.on('error', () => {}); // the rejected call reports it, too
  try {
    await client.connect();
    return await client.call(...command);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    client.disconnect();
  }
}

describe('a redis-server that keeps its data', () => {
  before(async function () {
    await redisServerOrSkip(this);
  });

  it('has after a kill what it had acknowledged, unless its file is lost', async () => {
    const server = await startRedisServer({ keeps: 'aof' });
    try {
      await ask(server.port, {}, 'SET', 'curfew:kept', 'yes');
      await server.kill();
      await server.restart();
      expect(await ask(server.port, {}, 'GET', 'curfew:kept')).to.equal('yes');
    } finally {
      await server.stop();
    }
  });
});

describe('Sentinels for tests', function () {
  this.timeout(STEP_MAX_MS);
  let watched: Sentinels | undefined;
  let first: RedisServer;
  let second: RedisServer | undefined;
  let third: RedisServer | undefined;

  before(async function () {
    await redisServerOrSkip(this);
    this.timeout(START_MAX_MS);
    watched = await startSentinels({ downAfterMs: 500, isBehindProxies: true });
    const [server] = watched.servers;
    if (server === undefined) throw new Error('no server');
    first = server;
  });
  after(() => watched?.close());

  it('agree on the primary, whose replicas have its data', async () => {
    expect(await watched?.primary()).to.equal(first);
    expect(watched?.servers).to.have.lengthOf(3);
    expect(watched?.hosts).to.match(/^127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+$/);
  });

  it('promote another one when told to, and again when that one is killed', async () => {
    if (watched === undefined) throw new Error('not started');
    second = await watched.failOver();
    expect(second).to.not.equal(first);
    await second.kill();
    third = await watched.primaryAfter(second);
    expect(third).to.not.equal(second);
    await second.restart();
    expect(second.isAnswering).to.equal(true);
  });

  it('promote another one when they lose the way to it, which then delivers what it held', async () => {
    if (watched === undefined || third === undefined) throw new Error('not started');
    const way = watched.way(third);
    const client = new Redis(way.port, '127.0.0.1', { disconnectTimeout: 50 });
    await client.set('curfew:before', 'here');
    way.become({ kind: 'held' });
    const held = client.get('curfew:before');
    expect(await watched.primaryAfter(third)).to.not.equal(third);
    way.become({ kind: 'none' });
    expect(await held).to.equal('here');
    client.disconnect();
  });
});

describe('Sentinels with TLS and users of their own', function () {
  this.timeout(START_MAX_MS);
  let watched: Sentinels | undefined;

  before(async function () {
    await redisServerOrSkip(this);
    watched = await startSentinels({
      tls: true,
      acl: STRANGERS_OUT,
      sentinelAcl: ['user default off', 'user watcher on >watched +sentinel +ping +info'],
      replicas: 1,
      minReplicasToWrite: 1,
    });
  });
  after(() => watched?.close());

  it('answer only those users', async () => {
    const port = watched?.sentinels[0]?.port ?? 0;
    const tls = { ca: watched?.ca };
    const watcher = { username: 'watcher', password: 'watched' };
    const question = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'curfew'] as const;
    const named = await ask(port, { tls, ...watcher }, ...question);
    expect(named).to.deep.equal(['127.0.0.1', `${watched?.servers[0]?.port}`]);
    expect(await ask(port, { tls }, ...question)).to.match(/NOAUTH|closed/);
  });

  it('watch a primary that refuses to write without its replica', async () => {
    const [primary, replica] = watched?.servers ?? [];
    const way = { tls: { ca: watched?.ca }, ...LOGIN };
    const write = () => ask(primary?.port ?? 0, way, 'SET', 'curfew:here', 'yes');
    expect(await write()).to.equal('OK');
    await replica?.kill();
    await eventually('refusal', async () => /NOREPLICAS/.test(String(await write())), STEP_MAX_MS);
  });
});

describe('a Cluster for tests', function () {
  this.timeout(STEP_MAX_MS);
  let cluster: Cluster;

  before(async function () {
    await redisServerOrSkip(this);
    this.timeout(START_MAX_MS);
    cluster = await startCluster({ isBehindProxies: true });
  });
  after(() => cluster?.close());

  async function ownerOf(partition: string): Promise<RedisServer> {
    const owner = await cluster.ownerOf(await cluster.slotOf(partition));
    if (owner === undefined) throw new Error(`nobody owns ${partition}`);
    return owner;
  }

  it('has three primaries, each with a replica, and all of the slots', async () => {
    const owners = await Promise.all(['00', '01', '02', '03', '04', '05', '06', '07'].map(ownerOf));
    expect(new Set(owners).size).to.equal(3);
    for (const owner of owners) expect(await cluster.replicasOf(owner)).to.have.lengthOf(1);
  });

  it('moves a slot a few keys at a time; in between both primaries tell to ask the other', async () => {
    const slot = await cluster.slotOf('a7');
    const from = await ownerOf('a7');
    const to = cluster.nodes.slice(0, 3).find((node) => node !== from);
    if (to === undefined) throw new Error('no other primary');
    const keys = ['one', 'two', 'three'].map((name) => `curfew:1:{a7}:${name}`);
    for (const key of keys) await cluster.admin(from).set(key, 'here');
    const move = await beginMove(cluster, slot, { from, to });
    expect(await move.moveKeys(2)).to.equal(2);
    const both = await cluster.admin(from).mget(keys).catch(String);
    expect(both).to.match(/TRYAGAIN/);
    expect(await move.moveKeys(2)).to.equal(1);
    const gone = await cluster.admin(from).mget(keys).catch(String);
    expect(gone).to.contain(`ASK ${slot} 127.0.0.1:${cluster.way(to).port}`);
    await move.finish();
    expect(await cluster.admin(to).mget(keys)).to.deep.equal(['here', 'here', 'here']);
    await moveSlot(cluster, slot, { from: to, to: from, keysAtOnce: 2 });
    expect(await cluster.admin(from).mget(keys)).to.deep.equal(['here', 'here', 'here']);
  });

  it('loses no primary when clients lose the way to it', async () => {
    const slot = await cluster.slotOf('00');
    const owner = await ownerOf('00');
    const other = cluster.nodes.slice(0, 3).find((node) => node !== owner);
    if (other === undefined) throw new Error('no other primary');
    const way = cluster.way(owner);
    expect(cluster.hosts).to.contain(`127.0.0.1:${way.port}`);
    const get = ['GET', 'curfew:1:{00}:events'] as const;
    const moved = await ask(cluster.way(other).port, {}, ...get);
    expect(moved).to.equal(`MOVED ${slot} 127.0.0.1:${way.port}`);
    way.become({ kind: 'reset' });
    expect(await ask(way.port, {}, ...get)).to.match(/closed|ECONNRESET/);
    expect(await cluster.ownerOf(slot)).to.equal(owner);
    way.become({ kind: 'none' });
  });

  it('promotes the replica of a primary when told to, and of one that is killed', async () => {
    const slot = await cluster.slotOf('00');
    const former = await ownerOf('00');
    const next = await cluster.failOver(former);
    expect(await cluster.ownerOf(slot)).to.equal(next);
    await eventually('replica of the new primary', async () => {
      return (await cluster.replicasOf(next)).includes(former);
    });
    await next.kill();
    expect(await cluster.ownerAfter(slot, next)).to.equal(former);
    await next.restart();
  });

  it('promotes the replica of a primary that is paused', async () => {
    const slot = await cluster.slotOf('01');
    const former = await ownerOf('01');
    former.pause();
    const next = await cluster.ownerAfter(slot, former);
    former.resume();
    expect(next).to.not.equal(former);
  });
});

describe('a Cluster with TLS and users of its own', function () {
  this.timeout(START_MAX_MS);

  it('answers only those users, and stops as a whole if it was told to need every slot', async function () {
    await redisServerOrSkip(this);
    const options = { tls: true, acl: STRANGERS_OUT, replicasEach: 0, needsFullCoverage: true };
    const cluster = await startCluster(options);
    try {
      const tls = { ca: cluster.ca };
      const [node, ...others] = cluster.nodes;
      const slot = await cluster.slotOf('a7');
      const owner = await cluster.ownerOf(slot);
      const set = ['SET', 'curfew:1:{a7}:events', 'here'] as const;
      expect(await ask(owner?.port ?? 0, { tls, ...LOGIN }, ...set)).to.equal('OK');
      expect(await ask(node?.port ?? 0, { tls }, ...set)).to.match(/NOAUTH|closed/);
      const lost = others.find((each) => each !== owner);
      await lost?.kill();
      const refused = async () =>
        /CLUSTERDOWN/.test(String(await ask(owner?.port ?? 0, { tls, ...LOGIN }, ...set)));
      await eventually('Cluster that is down', refused, STEP_MAX_MS);
    } finally {
      await cluster.close();
    }
  });
});

describe('several servers of Valkey 9', function () {
  this.timeout(START_MAX_MS);
  let bin: string;

  before(async function () {
    bin = await redisServerOrSkip(this, 'valkey 9');
  });

  it('move a slot atomically', async () => {
    const cluster = await startCluster({ bin, primaries: 3, replicasEach: 0 });
    try {
      const slot = await cluster.slotOf('a7');
      const from = await cluster.ownerOf(slot);
      const to = cluster.nodes.find((node) => node !== from);
      if (from === undefined || to === undefined) throw new Error('no two primaries');
      await cluster.admin(from).set('curfew:1:{a7}:one', 'here');
      await moveSlotAtomically(cluster, slot, { from, to });
      expect(await cluster.admin(to).get('curfew:1:{a7}:one')).to.equal('here');
    } finally {
      await cluster.close();
    }
  });

  it('have a primary wait for the replica that takes over', async () => {
    const watched = await startSentinels({ bin, replicas: 1 });
    try {
      const [first] = watched.servers;
      expect(await watched.failOver('coordinated')).to.not.equal(first);
    } finally {
      await watched.close();
    }
  });
});
