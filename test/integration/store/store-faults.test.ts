import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { startFakeRedis, startFaultyRedis } from '../../support/redis/faulty-redis.ts';
import type { Fault, FaultyRedis } from '../../support/redis/faulty-redis.ts';
import { freePort } from '../../support/network/free-port.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf, visitOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openAdmin,
  openAsCurfew,
  startGuardedRedis,
  untilUp,
} from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const COMMAND_TIMEOUT_MS = 150;
/** A loaded machine may be this late; a hang takes much longer. */
const SLACK_MS = 350;
const RECOVERY_MAX_MS = 5_000;

const open = (name: string) => ({
  ...touchOf(name),
  opening: 'first-use' as const,
  startedAtMs: undefined,
});
const end = (name: string) => ({ key: keyOf(name), source: sourceWith(), by: 'revoked' as const });

/** Every kind of call fails in time, as a fault and not as an outcome, and its text reveals nothing. */
async function expectNoVerdict(opened: OpenedStore, session: string): Promise<StoreUnavailable[]> {
  const { store, sweeper } = opened;
  const calls = [
    async () => touched(store, touchOf(session)),
    async () => store.open(open(session)),
    async () => store.end(end(`${session} of another`)),
    async () => store.visitLogin(visitOf(session)),
    async () => store.claim(keyOf(session), keyOf(session)),
    async () => sweeper.sweep(new Map([['web', sourceWith()]]), 10),
  ];
  const faults = await Promise.all(calls.map(async (call) => faultOf(call, session)));
  return faults;
}

async function faultOf(call: () => Promise<unknown>, session: string): Promise<StoreUnavailable> {
  const startedAtMs = performance.now();
  const fault = await call().then(
    (outcome) => outcome,
    (error: unknown) => error,
  );
  expect(performance.now() - startedAtMs).to.be.below(COMMAND_TIMEOUT_MS + SLACK_MS);
  expect(fault).to.be.instanceOf(StoreUnavailable);
  const seen = JSON.stringify([
    fault,
    String(fault),
    (fault as Error).cause,
    Object.entries(fault as object),
  ]);
  expect(seen).to.not.contain(keyOf(session));
  expect(seen).to.not.contain('canary');
  expect(seen).to.not.contain('curfew:1');
  return fault as StoreUnavailable;
}

describe('Redis store in trouble', () => {
  let server: RedisServer;
  let way: FaultyRedis;
  let admin: Redis;
  let opened: OpenedStore;
  let journal: StoreJournal;
  let session = '';
  let sessions = 0;

  before(async function () {
    await redisServerOrSkip(this);
  });
  beforeEach(async () => {
    server = await startGuardedRedis(['--enable-debug-command', 'yes']);
    way = await startFaultyRedis(server.port);
    admin = openAdmin(server);
    journal = new StoreJournal();
    opened = await openAsCurfew({ port: way.port }, { observer: journal });
    session = `troubled ${(sessions += 1)}`;
    await opened.store.open(open(session));
  });
  afterEach(async () => {
    admin.disconnect();
    await opened.close();
    await way.close();
    await server.stop();
  });

  const recovers = async () => {
    const startedAtMs = performance.now();
    await untilUp(opened, RECOVERY_MAX_MS);
    const outcome = await touched(opened.store, touchOf(session));
    expect(performance.now() - startedAtMs).to.be.below(RECOVERY_MAX_MS);
    return outcome.kind;
  };

  describe('on the network', () => {
    const table: readonly (readonly [string, Fault, RegExp])[] = [
      ['nothing gets through', { kind: 'frozen' }, /late|down/],
      ['replies are too slow', { kind: 'slow', delayMs: 400 }, /late|down/],
      ['connections are reset', { kind: 'reset' }, /down/],
      ['replies are garbage', { kind: 'rewritten', rewrite: () => '!!garbage\r\n' }, /late|down/],
      ['replies are cut', { kind: 'rewritten', rewrite: (text) => text.slice(0, 3) }, /late|down/],
      [
        'replies claim to be huge',
        { kind: 'rewritten', rewrite: () => '$999999999999\r\n' },
        /late|down/,
      ],
      [
        'replies are nested endlessly',
        { kind: 'rewritten', rewrite: () => '*1\r\n'.repeat(20_000) },
        /late|down/,
      ],
    ];
    for (const [name, fault, kinds] of table) {
      it(`${name}: no verdict in time, and it recovers by itself`, async function () {
        this.timeout(60_000);
        way.become(fault);
        for (const { fault: kind } of await expectNoVerdict(opened, session)) {
          expect(kind).to.match(kinds);
        }
        way.become({ kind: 'none' });
        expect(await recovers()).to.equal('live');
      });
    }

    it('a half-open connection is closed within a second, even if no call is made', async () => {
      way.become({ kind: 'frozen' });
      await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(journal.ups).to.deep.equal([true]);
      await sleep(600);
      expect(journal.ups).to.include(false);
      way.become({ kind: 'none' });
      await untilUp(opened, 1_500);
    });

    it('a reply that took two round trips is late when both together took too long', async () => {
      way.become({ kind: 'slow', delayMs: 100 });
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
      await admin.script('FLUSH');
      const fault = await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(fault.fault).to.equal('late');
    });

    it('replies in single bytes are read', async () => {
      way.become({ kind: 'sliced' });
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
    });

    it('a reply to another call is never used: it is counted, and its connection is closed', async () => {
      let last = '';
      way.become({
        kind: 'rewritten',
        rewrite: (text) => {
          const stale = last;
          last = text;
          return stale === '' ? text : stale;
        },
      });
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
      await opened.store.end(end(session)).catch(() => undefined);
      expect(journal.desyncs).to.equal(1);
      way.become({ kind: 'none' });
      expect(await recovers()).to.equal('ended');
    });

    it('a reply that comes twice is not used as the answer to the next call', async () => {
      way.become({ kind: 'rewritten', rewrite: (text) => text + text });
      await touched(opened.store, touchOf(session));
      way.become({ kind: 'none' });
      const [first, second] = await Promise.allSettled([
        touched(opened.store, touchOf(session)),
        touched(opened.store, touchOf('never opened')),
      ]);
      const kinds = [first, second].map((each) =>
        each.status === 'fulfilled' ? each.value.kind : 'no verdict',
      );
      expect(kinds[0]).to.be.oneOf(['live', 'no verdict']);
      expect(kinds[1]).to.be.oneOf(['unknown', 'no verdict']);
    });
  });

  describe('on the server', () => {
    it('killed: refused at once, and found again after its restart', async function () {
      this.timeout(60_000);
      await server.kill();
      await sleep(20);
      const startedAtMs = performance.now();
      for (const { fault } of await expectNoVerdict(opened, session))
        expect(fault).to.equal('down');
      expect(performance.now() - startedAtMs).to.be.below(50);
      await server.restart();
      expect(await recovers()).to.equal('unknown'); // it came back empty, and an unknown session is not opened
    });

    it('killed while a call waits: that call fails at once too', async () => {
      server.pause();
      const waiting = touched(opened.store, touchOf(session)).catch((error: unknown) => error);
      await sleep(20);
      const startedAtMs = performance.now();
      await server.kill();
      expect(await waiting).to.include({ fault: 'down' });
      expect(performance.now() - startedAtMs).to.be.below(100);
    });

    it('paused: late, and what it answers after that is never used', async function () {
      this.timeout(60_000);
      server.pause();
      const late = await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(late.fault).to.equal('late');
      const revoked = await faultOf(async () => opened.store.end(end(session)), session);
      expect(revoked.fault).to.match(/late|down/);
      await sleep(500);
      server.resume();
      // The revocation may have reached it: then the session is ended, else live. It is never an older answer.
      expect(await recovers()).to.be.oneOf(['live', 'ended']);
      expect(journal.calls.filter(({ outcome }) => outcome === 'late')).to.not.be.empty;
    });

    it('scripts flushed: every call succeeds', async () => {
      for (let round = 0; round < 5; round += 1) {
        await admin.script('FLUSH');
        expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
      }
    });

    it('memory full: sessions live and end, but none is opened', async () => {
      await announceAbilities(opened);
      await admin.config('SET', 'maxmemory', '1');
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
      const fault = await opened.store.open(open('newcomer')).catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(StoreUnavailable);
      expect(String(fault)).to.contain('OOM');
      expect((await opened.store.visitLogin(visitOf(session))).kind).to.equal('live');
      const marking = touchOf(session, { onExpiry: 'challenge', absoluteTimeoutMs: 0 });
      expect(await touched(opened.store, marking)).to.include({ effect: 'kept' });
      const signingOut = visitOf(session, { endLimits: [], maySignOut: true });
      expect((await opened.store.visitLogin(signingOut)).kind).to.equal('ended');
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('ended');
      await admin.config('SET', 'maxmemory', '0');
      expect((await opened.store.open(open('newcomer'))).kind).to.equal('live');
    });

    it('too few replicas: no verdict, although nothing would be written', async () => {
      await admin.config('SET', 'min-replicas-to-write', '1');
      const passive = touchOf(session, { countsAsActivity: false });
      const fault = await faultOf(async () => touched(opened.store, passive), session);
      expect(String(fault)).to.contain('NOREPLICAS');
      await admin.config('SET', 'min-replicas-to-write', '0');
      expect((await touched(opened.store, passive)).kind).to.equal('live');
    });

    it('demoted to a replica: no verdict, reconnects, and recovers when promoted', async function () {
      this.timeout(60_000);
      const before = way.connections;
      await admin.replicaof('127.0.0.1', await freePort());
      const fault = await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(String(fault)).to.match(/READONLY|MASTERDOWN/);
      await admin.replicaof('NO', 'ONE');
      expect(await recovers()).to.equal('live');
      expect(way.connections).to.be.greaterThan(before);
    });

    it('a permission taken away: no verdict until it is back', async () => {
      await admin.acl('SETUSER', 'curfew', '-hmget');
      const fault = await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(fault.fault).to.equal('refused');
      await admin.acl('SETUSER', 'curfew', '+hmget');
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
    });

    it('the password changed: no verdict, and the text says why', async function () {
      this.timeout(60_000);
      await admin.acl('SETUSER', 'curfew', 'resetpass', '>other');
      await admin.client('KILL', 'USER', 'curfew');
      await sleep(400);
      const fault = await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(fault.message).to.contain('WRONGPASS');
    });

    it("busy with another client's script: no verdict until that is over", async function () {
      this.timeout(60_000);
      await admin.config('SET', 'busy-reply-threshold', '20');
      const blocker = openAdmin(server);
      const blocked = blocker.eval('while true do end', 0).catch(() => 'killed');
      await sleep(100);
      const fault = await faultOf(async () => touched(opened.store, touchOf(session)), session);
      expect(String(fault)).to.match(/BUSY|in time/);
      await admin.script('KILL');
      expect(await blocked).to.equal('killed');
      blocker.disconnect();
      expect(await recovers()).to.equal('live');
    });

    it('a key of another type breaks one session and no other', async () => {
      const poisoned = keyOf('poisoned');
      await admin.set(partitionOf(poisoned).session(poisoned), 'x');
      const fault = await faultOf(
        async () => touched(opened.store, touchOf('poisoned')),
        'poisoned',
      );
      expect(String(fault)).to.contain('WRONGTYPE');
      expect((await touched(opened.store, touchOf(session))).kind).to.equal('live');
    });
  });

  it('fails every call until it is reached for the first time, and is up soon after', async function () {
    this.timeout(60_000);
    const port = server.port;
    await server.kill();
    const early = await openAsCurfew({ port }, { wait: false });
    expect(early.hasAnswered()).to.equal(false);
    const faults = await expectNoVerdict(early, session);
    expect(new Set(faults.map(({ fault }) => fault))).to.deep.equal(new Set(['down']));
    await sleep(100);
    const [fault] = await expectNoVerdict(early, session);
    expect(fault?.message).to.contain('ECONNREFUSED');
    await server.restart();
    await untilUp(early, 2_500);
    expect(early.hasAnswered()).to.equal(true);
    await early.close();
  });

  it('fails at once when closed, also while it was reconnecting', async () => {
    await server.kill();
    await sleep(50);
    await opened.close();
    const [fault] = await expectNoVerdict(opened, session);
    expect(fault?.fault).to.equal('down');
  });
});

describe('Redis store and error replies', () => {
  const words = [
    'LOADING Redis is loading the dataset in memory',
    'BUSY Redis is busy running a script',
    'MASTERDOWN Link with MASTER is down',
    'OOM command not allowed',
    'NOREPLICAS Not enough good replicas to write',
    'NOPERM User curfew has no permissions to access the curfew:1:canary key',
    'WRONGPASS invalid username-password pair canary',
    'NOAUTH Authentication required',
    'WRONGTYPE Operation against a key',
    'MISCONF Redis is configured to save RDB snapshots',
    "READONLY You can't write against a read only replica",
    'CROSSSLOT Keys in request',
    'EXECABORT Transaction discarded',
    'MOVED 1 127.0.0.1:1',
    'ERR user_script:1: canary',
    'UNKILLABLE sorry',
  ];
  for (const reply of words) {
    const word = reply.split(' ')[0] ?? '';
    it(`${word} gives no verdict, and its text is not repeated`, async () => {
      const fake = await startFakeRedis();
      const opened = await openAsCurfew({ port: fake.port });
      fake.answer(`-${reply}\r\n`);
      const fault = await faultOf(async () => touched(opened.store, touchOf('one')), 'one');
      expect(fault.fault).to.equal('refused');
      expect(fault.message).to.contain(word);
      await opened.close();
      await fake.close();
    });
  }

  it('NOSCRIPT again and again gives no verdict, not a loop', async () => {
    const fake = await startFakeRedis();
    const opened = await openAsCurfew({ port: fake.port });
    fake.answer('-NOSCRIPT No matching script\r\n');
    await faultOf(async () => touched(opened.store, touchOf('one')), 'one');
    await opened.close();
    await fake.close();
  });

  for (const [name, resp] of [
    ['a status', '+OK\r\n'],
    ['a number', ':1\r\n'],
    ['nothing', '$-1\r\n'],
    ['a list', '*2\r\n+live\r\n+x\r\n'],
    ['words of another nonce', '$10\r\nlive x 1 1\r\n'],
  ] as const) {
    it(`${name} instead of a script's reply gives no verdict and is counted`, async () => {
      const fake = await startFakeRedis();
      const journal = new StoreJournal();
      const opened = await openAsCurfew({ port: fake.port }, { observer: journal });
      fake.answer(resp);
      await faultOf(async () => touched(opened.store, touchOf('one')), 'one');
      expect(journal.desyncs).to.equal(1);
      await opened.close();
      await fake.close();
    });
  }

  it('a server that is still loading is not taken for an empty one', async () => {
    const fake = await startFakeRedis(
      'redis_version:7.2.0\r\nloading:1\r\nloading_eta_seconds:1\r\n',
    );
    const opened = await openAsCurfew({ port: fake.port }, { wait: false });
    await sleep(200);
    const fault = await faultOf(async () => touched(opened.store, touchOf('one')), 'one');
    expect(fault.fault).to.equal('down');
    await opened.close();
    await fake.close();
  });
});
