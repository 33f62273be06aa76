import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpenRequest } from '../../../src/session/session-store.ts';
import { PARTITION_COUNT, partitionOf } from '../../../src/store/redis/store-keys.ts';
import { SweepLoop } from '../../../src/store/sweep/sweep-loop.ts';
import type { SweepReport } from '../../../src/store/sweep/sweeper.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { commandCalls } from '../../support/redis/command-calls.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { keyOf, ruleWith, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';
import { ManualTimers } from '../../support/time/manual-timers.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SESSIONS = 10_000;

const source = sourceWith({
  overLimits: [{ policy: 'default', idleTimeoutMs: 2 * HOUR, absoluteTimeoutMs: 8 * HOUR }],
});
const sources = new Map([['web', source]]);

describe('an idle replica', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;
  let timers: ManualTimers;
  let loop: SweepLoop;
  let reports: SweepReport[];

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
  });
  after(async () => server?.stop());

  beforeEach(async () => {
    if (server === undefined) return;
    // This tests what is sent, not how fast the answer comes.
    world = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
    await world.admin.flushall();
    await announceAbilities(world.opened);
    timers = new ManualTimers();
    reports = [];
    loop = new SweepLoop({
      sweeper: world.sweeper,
      sources: () => sources,
      observer: {
        swept: (report) => reports.push(report),
        sweepFailed: (fault) => {
          throw fault;
        },
      },
      timers: { after: timers.after, nowMs: timers.nowMs, random: Math.random },
    });
    loop.start();
  });
  afterEach(async () => {
    await loop.stop();
    await world.close();
  });

  const open = async (name: string, request: Partial<OpenRequest> = {}) =>
    world.store.open({
      ...touchOf(name, {}, source),
      rule: ruleWith({ onExpiry: 'keep' }),
      opening: 'first-use',
      startedAtMs: undefined,
      ...request,
    });

  /** Runs the next turn. Returns how long the loop has waited for it. */
  async function turn(): Promise<number> {
    const waitedMs = timers.nextMs ?? 0;
    const { length } = reports;
    timers.pass(waitedMs);
    while (reports.length === length) await nextTurn();
    while (timers.nextMs === undefined) await nextTurn();
    return waitedMs;
  }

  async function passTurns(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms;) passedMs += await turn();
  }

  const serverNowMs = async () => {
    const [seconds = 0, micros = 0] = (await world.admin.time()).map(Number);
    return seconds * SECOND + Math.floor(micros / 1000);
  };
  const scanned = async () => commandCalls(world.admin, 'zscan');

  async function fill(): Promise<void> {
    const names = Array.from({ length: SESSIONS }, (_, index) => `idle ${index}`);
    while (names.length > 0)
      await Promise.all(names.splice(0, 200).map(async (each) => open(each)));
  }

  it('sends at most 5 commands a second from its second minute on, with 10 000 sessions', async function () {
    this.timeout(60_000);
    await fill();
    await passTurns(MINUTE);
    const [before, scans] = [await commandCalls(world.admin), await scanned()];
    const { length } = reports;
    await passTurns(MINUTE);
    const calls = (await commandCalls(world.admin)) - before;
    // The review of the indexes of subjects: one step each other turn.
    expect((await scanned()) - scans).to.be.closeTo((reports.length - length) / 2, 1);
    expect(calls / 60).to.be.at.most(4); // the other commands of a replica need the rest
    expect(reports.at(-1)?.active).to.deep.equal(new Map([['web', SESSIONS]]));
    expect(reports.some(({ ended }) => ended.idle + ended.absolute > 0)).to.equal(false);
  });

  it('ends within 5 seconds a session that another replica opened', async () => {
    if (server === undefined) throw new Error('no server');
    await passTurns(MINUTE);
    const other = await openRedisWorld(server);
    const [seconds] = await other.admin.time();
    const startedAtMs = Number(seconds) * SECOND - 9 * HOUR;
    await other.store.open({
      ...touchOf('late', {}, source),
      rule: ruleWith({ onExpiry: 'keep' }),
      opening: 'registered',
      startedAtMs,
    });
    await other.close();
    expect(await turn()).to.be.below(5 * SECOND);
    expect(reports.at(-1)?.ended).to.deep.equal({ idle: 0, absolute: 1 });
    expect((await world.events(keyOf('late')))[1]).to.include({ kind: 'ended', policy: 'default' });
  });

  it('ends within 5 seconds a session whose deadline comes while nothing else happens', async function () {
    await passTurns(MINUTE);
    await open('soon', { startedAtMs: (await serverNowMs()) - 8 * HOUR + SECOND });
    const { deadlines } = partitionOf(keyOf('soon'));
    const deadlineMs = Number(await world.admin.zscore(deadlines, keyOf('soon')));
    await turn();
    if ((await serverNowMs()) >= deadlineMs) this.skip(); // this machine is too slow now
    expect(reports.at(-1)?.ended).to.deep.equal({ idle: 0, absolute: 0 });
    await eventually('deadline', async () => (await serverNowMs()) >= deadlineMs);
    expect(await turn()).to.be.below(5 * SECOND);
    expect(reports.at(-1)?.ended).to.deep.equal({ idle: 0, absolute: 1 });
  });

  it('notices a deadline that was moved without an event, one partition each other turn', async () => {
    await open('moved');
    await passTurns(MINUTE);
    const { deadlines, session } = partitionOf(keyOf('moved'));
    await world.admin.hset(session(keyOf('moved')), 's', 1);
    await world.admin.zadd(deadlines, 1, keyOf('moved'));
    const { length } = reports;
    for (let turns = 0; turns < 2 * PARTITION_COUNT; turns += 1) await turn();
    const ended = reports.slice(length).map((report) => report.ended.absolute);
    expect(ended.reduce((sum, count) => sum + count, 0)).to.equal(1);
  });

  it('trusts nothing that it knew after its connection was lost', async () => {
    await open('restored');
    await passTurns(MINUTE);
    const { deadlines, session } = partitionOf(keyOf('restored'));
    await world.admin.hset(session(keyOf('restored')), 's', 1);
    await world.admin.zadd(deadlines, 1, keyOf('restored'));
    await world.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('connection', async () => world.opened.inspect());
    await turn();
    expect(reports.at(-1)?.ended).to.deep.equal({ idle: 0, absolute: 1 });
  });
});
