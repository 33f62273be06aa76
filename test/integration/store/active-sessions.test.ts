import { expect } from 'chai';
import type { SessionKey } from '../../../src/session/session-key.ts';
import { loadScripts } from '../../../src/store/redis/load-scripts.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { EarlierScripts } from '../../support/store/earlier-scripts.ts';
import {
  keyOf,
  ruleWith,
  sourceWith,
  touchOf,
  visitOf,
} from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const SOURCES = new Map(['web', 'api'].map((name) => [name, sourceWith({ source: name })]));

describe('the number of live sessions of each source', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
  });
  after(async () => server?.stop());
  beforeEach(async () => {
    if (server === undefined) return;
    world = await openRedisWorld(server);
    await world.admin.flushall();
    await announceAbilities(world.opened);
  });
  afterEach(async () => world.close());

  const requestOf = (name: string) => ({
    ...touchOf(name, { onExpiry: 'end' }, { source: name.split(' ')[0] ?? '' }),
    opening: 'first-use' as const,
    startedAtMs: undefined,
  });
  const open = async (...names: readonly string[]) => {
    for (const name of names) await world.store.open(requestOf(name));
  };
  const turn = async (examinedMax = 100_000) => world.sweeper.sweep(SOURCES, examinedMax);
  /** As of the turn after everything that is due is done. */
  const counted = async () => {
    for (let turns = 0; turns < 3; turns += 1) await turn();
    const { active, fault } = await turn();
    expect(fault).to.equal(undefined);
    return Object.fromEntries(active ?? []);
  };
  const inOnePartition = (index: number) => `AA${keyOf(`one ${index}`).slice(2)}` as SessionKey;
  const scores = async () => {
    const keys = await world.admin.keys('curfew:1:*:active');
    const fields = await Promise.all(keys.map(async (key) => world.admin.hgetall(key)));
    return fields.flatMap((each) => Object.values(each).map(Number));
  };

  it('follows each way to open and to end', async () => {
    expect(await counted()).to.deep.equal({ web: 0, api: 0 });
    await open('web 1', 'web 2', 'web 3', 'web 4', 'web 5', 'api 1', 'api 2');
    await open('web 1');
    expect(await counted()).to.deep.equal({ web: 5, api: 2 });
    const { source } = requestOf('api 1');
    await world.store.end({ key: keyOf('api 1'), source, by: 'revoked' });
    await world.store.end({ key: keyOf('api 1'), source, by: 'revoked' });
    expect(await counted()).to.deep.equal({ web: 5, api: 1 });
    await world.passTime(10 * MINUTE);
    await touched(world.store, requestOf('web 1'));
    await world.store.visitLogin(visitOf('web 2', { mayEnd: true }));
    expect(await scores()).to.satisfy(
      (all: number[]) => all.reduce((sum, each) => sum + each) === 4,
    );
    expect(await counted()).to.deep.equal({ web: 0, api: 0 });
  });

  it('is the same for a session that is over at its opening', async () => {
    const old = { startedAtMs: Date.now() - 9 * DAY };
    await world.store.open({ ...requestOf('web old'), ...old });
    expect(await counted()).to.deep.equal({ web: 0, api: 0 });
    expect(await scores()).to.deep.equal([0]);
  });

  it('heals after openings and ends of an earlier version', async () => {
    const earlier = new EarlierScripts(world.admin);
    await open('web 1', 'web 2');
    await earlier.open(requestOf('web 3'));
    await earlier.open(requestOf('api 1'));
    await earlier.end({ key: keyOf('web 1'), source: requestOf('web 1').source, by: 'revoked' });
    expect(await counted()).to.deep.equal({ web: 2, api: 1 });
  });

  it('heals after a session has left by its time to live', async () => {
    await open('web 1', 'web 2');
    expect(await counted()).to.deep.equal({ web: 2, api: 0 });
    await world.admin.del(partitionOf(keyOf('web 1')).session(keyOf('web 1')));
    await world.passTime(4 * MINUTE);
    await touched(world.store, requestOf('web 2'));
    await world.passTime(2 * MINUTE);
    expect(await counted()).to.deep.equal({ web: 1, api: 0 });
  });

  it('removes the entry of a session that is gone when it counts', async () => {
    for (const index of [1, 2]) {
      await world.store.open({ ...requestOf('web 1'), key: inOnePartition(index) });
    }
    const { active, deadlines, session } = partitionOf(inOnePartition(1));
    await world.admin.del(session(inOnePartition(1)), active);
    await world.passTime(1);
    expect(await counted()).to.deep.equal({ web: 1, api: 0 });
    expect(await world.admin.zrange(deadlines, '0', '-1')).to.deep.equal([inOnePartition(2)]);
  });

  it('is noted only if nothing was opened, ended or removed since it was counted', async () => {
    await open('web 1');
    const { active, deadlines, events } = partitionOf(keyOf('web 1'));
    const { lua } = loadScripts().count;
    const [newest] = await world.admin.xrevrange(events, '+', '-', 'COUNT', 1);
    const id = newest?.[0] ?? '';
    const note = async (last: string, entries: number) =>
      world.admin.eval(lua, 3, deadlines, events, active, 'nonce', last, entries, 'api', 5);
    expect(await note('0-0', 1)).to.equal('unknown nonce');
    expect(await note(id, 2)).to.equal('unknown nonce');
    expect(await world.admin.hgetall(active)).to.deep.equal({ web: '1' });
    expect(await note(id, 1)).to.equal('counted nonce');
    expect(await world.admin.hgetall(active)).to.deep.equal({ api: '5' });
  });

  it('leaves alone a key that Curfew did not write, and does not count again and again', async () => {
    await open('web 1');
    const { deadlines, session } = partitionOf(keyOf('web 1'));
    const stranger = keyOf('web 1').replace(/.$/, 'x');
    await world.admin.set(session(stranger), 'text');
    await world.admin.zadd(deadlines, Date.now() + DAY, stranger);
    await world.passTime(MINUTE);
    expect(await counted()).to.deep.equal({ web: 1, api: 0 });
    expect((await turn()).examined).to.equal(0);
    expect(await world.admin.get(session(stranger))).to.equal('text');
  });

  it('is counted in bounded turns, while sessions are opened and ended', async () => {
    const [first] = SOURCES.values();
    const request = (index: number) => ({ ...requestOf('web 1'), key: inOnePartition(index) });
    for (let index = 0; index < 400; index += 1) await world.store.open(request(index));
    await turn();
    await world.admin.del(partitionOf(inOnePartition(0)).active);
    await world.passTime(1);
    let turns = 0;
    for (let isMore = true; isMore; turns += 1) {
      const report = await turn(100);
      expect(report.examined).to.be.at.most(110); // a scan may return a few more than it was asked for
      isMore = report.more;
      await world.store.open(request(1_000 + turns));
      const end = { source: first ?? sourceWith(), by: 'revoked' } as const;
      await world.store.end({ ...end, key: inOnePartition(turns) });
      await world.store.end({ ...end, key: inOnePartition(399 - turns) });
    }
    expect(turns).to.be.greaterThan(3);
    expect(await counted()).to.deep.equal({ web: 400 - turns, api: 0 });
    expect(await scores()).to.deep.equal([400 - turns]);
  });

  it('is not counted again for ten minutes if it goes wrong again, whatever the clock does', async () => {
    await open('web 1');
    const { active } = partitionOf(keyOf('web 1'));
    await world.admin.del(active);
    expect(await counted()).to.deep.equal({ web: 1, api: 0 });
    await world.admin.hset(active, 'web', 7);
    await world.passTime(1);
    expect(await counted()).to.deep.equal({ web: 7, api: 0 });
  });

  it('needs no rule for what it counts', async () => {
    const others = { ...requestOf('gone 1'), rule: ruleWith({ onExpiry: 'keep' }) };
    await world.store.open(others);
    expect(await counted()).to.deep.equal({ web: 0, api: 0 });
    expect(await scores()).to.deep.equal([1]);
  });
});
