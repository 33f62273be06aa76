import { expect } from 'chai';
import * as fc from 'fast-check';
import { openSession } from '../../../src/session/open-session.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type { EndedBy, LiveRecord, SessionRecord } from '../../../src/session/session-record.ts';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import type { OpenRequest, SourceRule } from '../../../src/session/session-store.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';
import { visitLogin } from '../../../src/session/visit-login.ts';
import { touchSession } from '../../../src/session/touch-session.ts';
import { loadScripts } from '../../../src/store/redis/load-scripts.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { liveWith } from '../../support/store/records.ts';
import {
  keyOf,
  sourceWith,
  subjectOf,
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
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SUBJECTS = [subjectOf('ada'), subjectOf('bob')];

describe('scripts on a real Redis', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;
  let name = '';
  let names = 0;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server);
  });
  after(async () => {
    await world.close();
    await server?.stop();
  });
  beforeEach(async () => {
    name = `scripted ${(names += 1)}`;
    await world.admin.flushall();
    await announceAbilities(world.opened);
  });

  const key = () => keyOf(name);
  const keys = () => partitionOf(key());
  const session = () => keys().session(key());
  const openIt = async (source: Partial<SourceRule> = {}, request: Partial<OpenRequest> = {}) =>
    world.store.open({
      ...touchOf(name, {}, source),
      opening: 'first-use',
      startedAtMs: undefined,
      ...request,
    });
  const serverNowMs = async () => {
    const [seconds, micros] = await world.admin.time();
    return Math.floor(Number(seconds) * 1000 + Number(micros) / 1000);
  };

  /** What the partition holds, without times to live. */
  const everything = async () => ({
    session: await world.admin.hgetall(session()),
    deadlines: await world.admin.zrange(keys().deadlines, '0', '-1', 'WITHSCORES'),
    events: await world.admin.xlen(keys().events),
    limits: await world.admin.hgetall(keys().limits),
    keys: (await world.admin.keys('*')).toSorted(),
  });

  async function write(record: LiveRecord): Promise<void> {
    await world.admin.del(session());
    const { startedAtMs, lastActivityAtMs, longestGapMs, challengedAtMs, source } = record;
    const { subject, ownLimits } = record;
    const { idleTimeoutMs = '', absoluteTimeoutMs = '' } = ownLimits ?? {};
    const whose = subject === undefined ? [] : ['u', subject];
    const own = ownLimits === undefined ? [] : ['o', `${idleTimeoutMs}:${absoluteTimeoutMs}`];
    const gap = longestGapMs === 0 ? [] : ['g', longestGapMs];
    const mark = challengedAtMs === undefined ? [] : ['c', challengedAtMs];
    await world.admin.hset(
      session(),
      's',
      startedAtMs,
      'a',
      lastActivityAtMs,
      'n',
      source,
      ...gap,
      ...mark,
      ...whose,
      ...own,
    );
  }

  async function read(): Promise<SessionRecord> {
    const { s, a, g = '0', c, e, w, r, n = '', u, v, o } = await world.admin.hgetall(session());
    const subject = u as SubjectKey | undefined;
    const [idle, absolute] = o?.split(':').map((text) => (text === '' ? undefined : +text)) ?? [];
    const ownLimits = o && { idleTimeoutMs: idle, absoluteTimeoutMs: absolute };
    if (e === undefined) {
      return {
        kind: 'live',
        source: n,
        startedAtMs: Number(s),
        lastActivityAtMs: Number(a),
        longestGapMs: Number(g),
        challengedAtMs: c === undefined ? undefined : Number(c),
        subject,
        subjectName: v,
        ownLimits: ownLimits || undefined,
      };
    }
    const endedBy = (r ?? w) as EndedBy;
    const startedAtMs = s === undefined ? undefined : Number(s);
    return {
      kind: 'tombstone',
      source: n,
      startedAtMs,
      endedAtMs: Number(e),
      endedBy,
      subject,
      subjectName: v,
    };
  }

  it('keep a claim for a minute from the first call, and write nothing else', async () => {
    const claim = keys().claim(key());
    const first = await world.store.claim(key(), keyOf('first'));
    expect(await world.admin.pttl(claim)).to.be.within(50_000, 60_000);
    await world.admin.pexpire(claim, 20_000);
    expect(await world.store.claim(key(), keyOf('second'))).to.deep.equal(first);
    expect(await world.admin.pttl(claim)).to.be.at.most(20_000);
    expect(await world.admin.keys('curfew:1:{*')).to.deep.equal([claim]);
  });

  it('open under a claim of an earlier version, which has no token, and only under that one', async () => {
    const at = keys().claim(key());
    const claimOfEarlier = async (): Promise<void> => {
      await world.admin.hset(at, 'n', key());
      await world.admin.pexpire(at, MINUTE);
    };
    await claimOfEarlier();
    const { name: settled, token } = await world.store.claim(key(), keyOf('another'));
    expect(settled).to.equal(key());
    await world.admin.del(at);
    await world.store.claim(key(), key());
    const fault: unknown = await openIt({}, { claim: token }).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    await world.admin.del(at);
    await claimOfEarlier();
    expect(await openIt({}, { claim: token })).to.include({ kind: 'live', opened: true });
  });

  describe('agree with the pure rule to the millisecond', () => {
    // The present is never earlier than the newest time in a record, so with records of tomorrow it
    // stands still.
    const around = (...centres: number[]) =>
      fc.constantFrom(...centres.flatMap((centre) => [centre - 1, centre, centre + 1]));
    const record = fc.record({
      startedAfterMs: around(10 * MINUTE, 15 * MINUTE, 70 * MINUTE),
      activeAfterMs: around(10 * MINUTE, 15 * MINUTE, 70 * MINUTE),
      longestGapMs: fc.oneof(fc.constant(0), around(5 * MINUTE, 60 * MINUTE)),
      isMarked: fc.boolean(),
      subject: fc.constantFrom(undefined, ...SUBJECTS),
      ownLimits: fc.option(
        fc.record({
          idleTimeoutMs: fc.constantFrom(undefined, 5 * MINUTE, 20 * MINUTE),
          absoluteTimeoutMs: fc.constantFrom(undefined, 5 * MINUTE, 20 * MINUTE),
        }),
        { nil: undefined },
      ),
    });
    type Times = typeof record extends fc.Arbitrary<infer Value> ? Value : never;
    const recordAt = (atMs: number, times: Times) => {
      const { subject, ownLimits } = times;
      const { idleTimeoutMs, absoluteTimeoutMs } = ownLimits ?? {};
      const hasLimits = idleTimeoutMs !== undefined || absoluteTimeoutMs !== undefined;
      return liveWith({
        startedAtMs: atMs + times.startedAfterMs,
        lastActivityAtMs: atMs + times.activeAfterMs,
        longestGapMs: times.longestGapMs,
        challengedAtMs: times.isMarked ? atMs : undefined,
        subject,
        ownLimits: hasLimits ? ownLimits : undefined,
      });
    };
    const asked = fc.constantFrom(undefined, ...SUBJECTS);
    const rule = fc.record({
      idleTimeoutMs: fc.constantFrom(undefined, 5 * MINUTE, 60 * MINUTE),
      absoluteTimeoutMs: fc.constantFrom(undefined, 5 * MINUTE, 60 * MINUTE),
      onExpiry: fc.constantFrom('end' as const, 'challenge' as const, 'keep' as const),
      mode: fc.constantFrom('enforce' as const, 'observe' as const),
      countsAsActivity: fc.boolean(),
    });
    const touchIntervalMs = fc.constantFrom(0, 5 * MINUTE, 60 * MINUTE);

    it('on limits, ties, pauses and touch intervals', async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(
          record,
          rule,
          touchIntervalMs,
          asked,
          async (times, partOfRule, interval, subject) => {
            const tomorrowMs = (await serverNowMs()) + DAY;
            const before = recordAt(tomorrowMs, times);
            await write(before);
            const request = {
              ...touchOf(name, partOfRule, { touchIntervalMs: interval }),
              subject,
            };
            const found = await touched(world.store, request);
            const expected = touchSession(before, request, 0);
            expect(found).to.deep.equal(expected.outcome);
            expect(await read()).to.deep.equal(expected.record);
          },
        ),
        { numRuns: 400 },
      );
    });

    it('on visits of a login, for limits of two policies', async function () {
      this.timeout(60_000);
      const timeouts = fc.record({
        policy: fc.constantFrom('one', 'two'),
        idleTimeoutMs: fc.constantFrom(undefined, 5 * MINUTE, 60 * MINUTE),
        absoluteTimeoutMs: fc.constantFrom(undefined, 5 * MINUTE, 60 * MINUTE),
      });
      const how = fc.record({
        endLimits: fc.array(timeouts, { maxLength: 3 }),
        mayEnd: fc.boolean(),
        maySignOut: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(record, how, async (times, visit) => {
          const tomorrowMs = (await serverNowMs()) + DAY;
          const before = recordAt(tomorrowMs, times);
          await write(before);
          const request = visitOf(name, visit);
          const expected = visitLogin(before, request, 0);
          expect(await world.store.visitLogin(request)).to.deep.equal(expected.outcome);
          expect(await read()).to.deep.equal(expected.record);
        }),
        { numRuns: 400 },
      );
    });

    it('when the clock was set back', async () => {
      const tomorrowMs = (await serverNowMs()) + DAY;
      const before = liveWith({
        startedAtMs: tomorrowMs,
        lastActivityAtMs: tomorrowMs + MINUTE,
      });
      await write(before);
      const found = await touched(world.store, touchOf(name));
      expect(found).to.have.nested.property('clocks.nowMs', tomorrowMs + MINUTE);
      expect(await read()).to.deep.equal(before);
    });

    it('on an opening at the absolute limit itself, and 1 ms short of it', async () => {
      const request: OpenRequest = {
        ...touchOf(name, { absoluteTimeoutMs: 60 * MINUTE, onExpiry: 'keep' }),
        opening: 'first-use',
        startedAtMs: (await serverNowMs()) - HOUR,
      };
      const found = await world.store.open(request);
      const nowMs = found.kind === 'expired' ? found.clocks.nowMs : NaN;
      expect(found).to.deep.equal(openSession(undefined, request, nowMs).outcome);
    });
  });

  describe('leave in Redis', () => {
    it('a session as s, a and n with decimal integers, its deadline and a time to live', async () => {
      await openIt();
      const fields = await world.admin.hgetall(session());
      expect(Object.keys(fields)).to.have.members(['s', 'a', 'n']);
      expect(fields['s']).to.match(/^\d{13}$/);
      expect(await world.admin.zscore(keys().deadlines, key())).to.equal(
        String(Number(fields['a']) + 5 * MINUTE),
      );
      const leftMs = (await world.admin.pttl(session())) - 2 * DAY;
      expect(leftMs).to.be.within(-5_000, 0);
    });

    it('the challenge mark as c, once, and nothing else that changes', async () => {
      await openIt();
      await world.passTime(6 * MINUTE);
      const before = await world.admin.hgetall(session());
      await touched(world.store, touchOf(name, { onExpiry: 'challenge' }));
      const marked = await world.admin.hgetall(session());
      expect(marked).to.deep.equal({ ...before, c: marked['c'] });
      expect(marked['c']).to.match(/^\d{13}$/);
      await world.passTime(MINUTE);
      const later = await world.admin.hgetall(session());
      await touched(world.store, touchOf(name, { onExpiry: 'challenge' }));
      expect(await world.admin.hgetall(session())).to.deep.equal(later);
    });

    it('an end that earlier versions do not know as w revoked, with the exact word in r', async () => {
      await openIt();
      await world.passTime(6 * MINUTE);
      await touched(world.store, touchOf(name, { onExpiry: 'challenge' }));
      await world.store.visitLogin(visitOf(name, { endLimits: [], maySignOut: true }));
      const fields = await world.admin.hgetall(session());
      expect(Object.keys(fields)).to.have.members(['s', 'n', 'e', 'w', 'r']);
      expect(fields).to.include({ w: 'revoked', r: 'signed_out' });
    });

    it('an exact word of a later version, which counts as revoked', async () => {
      await openIt();
      await world.store.end({ key: key(), source: sourceWith(), by: 'signed_out' });
      await world.admin.hset(session(), 'r', 'dummy');
      expect(await touched(world.store, touchOf(name))).to.include({
        kind: 'ended',
        by: 'revoked',
      });
    });

    it('nothing but the time to live of a look-up that is no activity and keeps all', async () => {
      const lookUp = touchOf(
        name,
        { onExpiry: 'keep', countsAsActivity: false },
        { touchIntervalMs: 0 },
      );
      await touched(world.store, lookUp);
      expect(await world.admin.exists(session())).to.equal(0);
      await openIt();
      for (const minutes of [1, 6, 70]) {
        await world.passTime(minutes * MINUTE);
        await world.admin.pexpire(session(), DAY - MINUTE);
        const before = await everything();
        await touched(world.store, lookUp);
        expect(await everything()).to.deep.equal(before);
        expect(await world.admin.pttl(session())).to.be.greaterThan(DAY);
      }
      await world.store.end({ key: key(), source: sourceWith(), by: 'signed_out' });
      const before = await everything();
      await touched(world.store, lookUp);
      expect(await everything()).to.deep.equal(before);
    });

    it('a tombstone as e and w, with start and source, without a deadline', async () => {
      await openIt();
      await world.store.end({ key: key(), source: sourceWith(), by: 'revoked' });
      const fields = await world.admin.hgetall(session());
      expect(Object.keys(fields)).to.have.members(['s', 'n', 'e', 'w']);
      expect(fields).to.include({ w: 'revoked', n: 'web' });
      expect(await world.admin.zscore(keys().deadlines, key())).to.equal(null);
    });

    it('about the thousand newest events of a partition', async function () {
      this.timeout(60_000);
      const { events } = keys();
      await world.admin.eval(
        `for i = 1, 1500 do redis.call('XADD', KEYS[1], '*', 'kind', 'opened', 'by', 'first-use', 'at', i) end`,
        1,
        events,
      );
      await openIt();
      expect(await world.admin.xlen(events)).to.be.within(1_000, 1_200);
    });

    for (const [left, want] of [
      ['the retention and more than a minute', 'leaves'],
      ['the retention and less than a minute', 'moves'],
    ] as const) {
      it(`the time to live: a touch ${want} it when ${left} is left`, async () => {
        await openIt();
        const atMs = (await serverNowMs()) + DAY + (want === 'leaves' ? 2 * MINUTE : MINUTE - 1);
        await world.admin.pexpireat(session(), atMs);
        await touched(world.store, touchOf(name));
        const afterMs = await world.admin.pexpiretime(session());
        expect(afterMs === atMs).to.equal(want === 'leaves');
        expect(afterMs - atMs).to.be.within(0, 2 * DAY);
      });
    }
  });

  describe('refuse what Curfew did not write', () => {
    const table: readonly (readonly [string, Record<string, string>])[] = [
      ['a start without an activity', { s: '1' }],
      ['an activity without a start', { a: '1' }],
      ['a start that is not a number', { s: 'x', a: '1' }],
      ['a gap that is not a number', { s: '1', a: '1', g: 'x' }],
      ['an end without a reason', { e: '1' }],
      ['an end that is not a number', { e: 'x', w: 'idle' }],
    ];
    const calls = {
      touch: async () => touched(world.store, touchOf(name)),
      open: async () => openIt(),
      end: async () => world.store.end({ key: key(), source: sourceWith(), by: 'revoked' }),
      login: async () => world.store.visitLogin(visitOf(name)),
    };
    for (const [what, fields] of table) {
      it(`${what}: no verdict, and it is not overwritten`, async () => {
        await world.admin.hset(session(), fields);
        for (const call of Object.values(calls)) {
          const fault = await call().catch((error: unknown) => error);
          expect(fault).to.include({ code: 'ERR_STORE_UNAVAILABLE', fault: 'refused' });
          expect(String(fault)).to.contain('MALFORMED');
        }
        expect(await world.admin.hgetall(session())).to.deep.equal(fields);
      });
    }

    it('a hash without any time: no session is opened there', async () => {
      await world.admin.hset(session(), { n: 'web' });
      expect(String(await openIt().catch((error: unknown) => error))).to.contain('MALFORMED');
    });

    it('a key of another type', async () => {
      await world.admin.set(session(), 'x');
      for (const call of Object.values(calls)) {
        const fault = await call().catch((error: unknown) => error);
        expect(String(fault)).to.contain('WRONGTYPE');
      }
    });

    it('in the sweep too, which continues with the others', async () => {
      const due = `${name} due`;
      await world.store.open({ ...touchOf(due), opening: 'first-use', startedAtMs: undefined });
      await world.passTime(6 * MINUTE);
      await world.admin.set(session(), 'x');
      await world.admin.zadd(keys().deadlines, 1, key());
      const report = await world.sweeper.sweep(new Map([['web', sourceWith()]]), 100_000);
      expect(report.more).to.equal(false);
      const { kind } = await touched(world.store, touchOf(due));
      expect(kind).to.equal('ended');
      const score = Number(await world.admin.zscore(keys().deadlines, key()));
      expect(score).to.be.greaterThan((await serverNowMs()) + DAY - MINUTE);
    });
  });

  describe('sweep', () => {
    const sweepWith = async (source: SourceRule) =>
      world.sweeper.sweep(new Map([['web', source]]), 100_000);
    const sweep = async (source: Partial<SourceRule> = {}) => sweepWith(sourceWith(source));

    it('removes entries of sessions that have ended or were deleted', async () => {
      await openIt();
      await world.store.end({ key: key(), source: sourceWith(), by: 'revoked' });
      const forgotten = keyOf(`${name} forgotten`);
      await world.admin.zadd(keys().deadlines, 1, key());
      await world.admin.zadd(partitionOf(forgotten).deadlines, 1, forgotten);
      await sweep();
      expect(await world.admin.zscore(keys().deadlines, key())).to.equal(null);
      expect(await world.admin.zscore(partitionOf(forgotten).deadlines, forgotten)).to.equal(null);
      expect(await world.events(key())).to.have.length(2);
    });

    it('does nothing to a session of another source than the sweeper names', async () => {
      await openIt();
      await world.passTime(6 * MINUTE);
      const { deadlines, events, limits } = keys();
      const { lua } = loadScripts().sweep;
      const args = [session(), deadlines, events, limits, 'nonce', 'other', 'digest', '1', '1'];
      expect(await world.admin.eval(lua, 4, ...args)).to.equal('other nonce');
      expect(await read()).to.include({ kind: 'live' });
    });

    it('postpones a record without a source, and continues with the others', async () => {
      await openIt();
      await world.passTime(6 * MINUTE);
      await world.admin.hdel(session(), 'n');
      await world.admin.zadd(keys().deadlines, 1, key());
      expect((await sweep()).ended.idle).to.equal(0);
      const score = Number(await world.admin.zscore(keys().deadlines, key()));
      expect(score).to.be.greaterThan((await serverNowMs()) + DAY - MINUTE);
    });

    it('notices that another replica opened under looser limits after the review', async () => {
      const loose = {
        overLimits: [{ policy: 'loose', idleTimeoutMs: HOUR, absoluteTimeoutMs: 8 * HOUR }],
      };
      await sweep();
      await openIt(loose);
      await world.passTime(20 * MINUTE);
      expect((await sweep()).ended.idle).to.equal(1);
    });

    it('does not settle a review during which a session was opened', async () => {
      const { limits } = keys();
      const { lua } = loadScripts().limits;
      await world.admin.hset(limits, 'web', '~mine');
      await openIt();
      expect(await world.admin.hget(limits, 'web')).to.equal(null);
      expect(await world.admin.eval(lua, 1, limits, 'nonce', 'web', 'mine')).to.equal(
        'unknown nonce',
      );
      expect(await world.admin.hget(limits, 'web')).to.equal(null);
      await world.admin.hset(limits, 'web', '~mine');
      expect(await world.admin.eval(lua, 1, limits, 'nonce', 'web', 'mine')).to.equal('ok nonce');
      expect(await world.admin.hget(limits, 'web')).to.equal('mine');
    });

    it('reviews a partition only once', async () => {
      await openIt();
      await sweep();
      await sweep();
      expect((await sweep()).examined).to.equal(0);
    });

    it('ends nothing by rules that were replaced meanwhile, which others may have loosened', async () => {
      await openIt();
      await world.passTime(6 * MINUTE);
      const rules = new Map([['web', sourceWith()]]);
      // They hold until the sweeper has asked for the session, and until it has found it.
      for (const looks of [0, 1]) {
        let left = looks;
        // oxlint-disable-next-line no-await-in-loop -- one turn after the other
        const { ended } = await world.sweeper.sweep(rules, 100_000, () => {
          left -= 1;
          return left >= 0;
        });
        expect(ended).to.deep.equal({ idle: 0, absolute: 0 });
      }
      const loose = touchOf(name, { idleTimeoutMs: 60 * MINUTE });
      expect(await touched(world.store, { ...loose, key: key() })).to.have.property('kind', 'live');
    });

    it('takes nothing for reviewed that it left out because its rules were replaced', async () => {
      const loose = sourceWith({
        overLimits: [{ policy: 'a', idleTimeoutMs: DAY, absoluteTimeoutMs: DAY }],
      });
      await world.store.open({
        ...touchOf(name, { idleTimeoutMs: DAY, absoluteTimeoutMs: DAY }),
        source: loose,
        opening: 'first-use',
        startedAtMs: undefined,
      });
      await sweepWith(loose);
      await world.passTime(6 * MINUTE);
      // The tight rules hold for some questions, then they are replaced by the same ones.
      for (let questions = 0; questions < 12; questions += 1) {
        let left = questions;
        // oxlint-disable-next-line no-await-in-loop -- one turn after the other
        await world.sweeper.sweep(new Map([['web', sourceWith()]]), 100_000, () => {
          left -= 1;
          return left >= 0;
        });
      }
      const { ended } = await sweep();
      expect(ended.idle).to.be.at.least(1);
      expect((await touched(world.store, touchOf(name))).kind).to.equal('ended');
    });

    it('reviews a large partition in bounded steps, and finds every session', async function () {
      this.timeout(60_000);
      const loose = sourceWith({
        overLimits: [{ policy: 'loose', idleTimeoutMs: HOUR, absoluteTimeoutMs: 8 * HOUR }],
      });
      await world.admin.flushall();
      const many = Array.from(
        { length: 300 },
        // All in one partition.
        (_, index) => `AA${keyOf(`${name} ${index}`).slice(2)}` as SessionKey,
      );
      for (const each of many) {
        const request = { ...touchOf(name, {}, loose), key: each };
        await world.store.open({ ...request, opening: 'first-use', startedAtMs: undefined });
      }
      await world.sweeper.sweep(new Map([['web', loose]]), 100_000);
      await world.passTime(20 * MINUTE);
      let ended = 0;
      let turns = 0;
      for (let isMore = true; isMore; turns += 1) {
        const report = await world.sweeper.sweep(new Map([['web', sourceWith()]]), 50);
        expect(report.examined).to.be.at.most(100);
        ended += report.ended.idle;
        isMore = report.more;
      }
      expect(ended).to.equal(300);
      expect(turns).to.be.greaterThan(5);
    });
  });

  describe('script texts', () => {
    for (const [script, { lua }] of Object.entries(loadScripts())) {
      it(`${script} begins with its #!lua line and reads TIME at most once`, () => {
        const isReading = script === 'look' || script === 'permissions';
        expect(lua).to.match(
          isReading ? /^#!lua flags=no-writes\n/ : /^#!lua( flags=allow-oom)?\n/,
        );
        expect(lua.startsWith('#!lua\n')).to.equal(['open', 'claim', 'enter'].includes(script));
        expect(lua.split("redis.call('TIME')").length - 1).to.be.at.most(1);
        expect(lua.split('server_clock()').length - 1).to.be.at.most(2); // its definition, its one use
      });
    }
  });
});
