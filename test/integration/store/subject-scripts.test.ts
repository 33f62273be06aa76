import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { StoreOverloaded, StoreUnavailable } from '../../../src/session/session-store.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';
import { indexOf, memberOf, scoreOf } from '../../../src/store/redis/directory/index-entry.ts';
import { loadScripts } from '../../../src/store/redis/load-scripts.ts';
import { partitionOf, partitionOfSubject } from '../../../src/store/redis/store-keys.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADA = subjectOf('ada');

describe('what is kept of subjects in Redis', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
  });
  after(async () => {
    await world.close();
    await server?.stop();
  });
  beforeEach(async () => {
    await world.admin.flushall();
    await announceAbilities(world.opened);
  });

  const enter = async (session = 'one', subject = ADA) =>
    world.directory.enter({ subject, session: keyOf(session), retentionMs: DAY });
  const openIt = async (session = 'one', whose: { subject?: SubjectKey } = { subject: ADA }) =>
    world.store.open({
      ...touchOf(session),
      opening: 'first-use',
      startedAtMs: undefined,
      ...whose,
    });
  const end = { subjects: [ADA], by: 'revoked', retentionMs: DAY } as const;
  const begin = async () =>
    world.directory.beginSubjectEnd({ subject: ADA, by: 'revoked', retentionMs: DAY });
  const review = async () => {
    let cursor: string | undefined;
    do ({ cursor } = await world.directory.reviewIndex(cursor, 20_000));
    while (cursor !== undefined);
  };
  const keysNow = async () =>
    (await world.admin.keys('curfew:1:{*')).map((key) => key.replace(/^[^:]*:1:\{..\}:/, ''));

  it('is a subject in a record as u, and its own limits as o', async () => {
    const ownLimits = { idleTimeoutMs: 60_000, absoluteTimeoutMs: undefined };
    const request = { ...touchOf('one'), opening: 'registered', startedAtMs: undefined } as const;
    await world.store.open({ ...request, subject: ADA, subjectName: 'Ada', ownLimits });
    const session = partitionOf(keyOf('one')).session(keyOf('one'));
    const fields = await world.admin.hgetall(session);
    expect(Object.keys(fields)).to.have.members(['s', 'a', 'n', 'u', 'v', 'o']);
    expect(fields).to.include({ u: ADA, v: 'Ada', o: '60000:' });
    await world.store.end({ key: keyOf('one'), source: sourceWith(), by: 'subject_locked' });
    const ended = await world.admin.hgetall(session);
    expect(Object.keys(ended)).to.have.members(['s', 'n', 'u', 'v', 'e', 'w', 'r']);
    expect(ended).to.include({ w: 'revoked', r: 'subject_locked' });
  });

  it('is no entry of a session any more that a check has ended, after the next turn of the sweeper', async () => {
    const entries = async () => world.admin.zcard(indexOf(ADA));
    const names = ['by a limit', 'by a request', 'that goes on'];
    for (const session of names) {
      await enter(session);
      await openIt(session);
    }
    await world.passTime(6 * 60_000);
    await touched(world.store, touchOf('that goes on', { idleTimeoutMs: HOUR }));
    expect(await touched(world.store, touchOf('by a limit'))).to.include({ effect: 'ended' });
    const { key } = touchOf('by a request');
    await world.store.end({ key, source: sourceWith(), by: 'signed_out' });
    expect(await entries()).to.equal(3);
    // Nothing is due: these limits are never reached.
    await world.sweeper.sweep(new Map([['web', sourceWith({ overLimits: [] })]]), 100);
    const left = await world.admin.zrange(indexOf(ADA), '0', '-1');
    expect(left).to.deep.equal([memberOf(ADA, keyOf('that goes on'))]);
  });

  it('is an entry of 59 characters, so that Redis keeps indexes small', async () => {
    await enter();
    const [member = ''] = await world.admin.zrange(indexOf(ADA), '0', '-1');
    expect(member)
      .to.equal(memberOf(ADA, keyOf('one')))
      .and.to.have.lengthOf(59);
    expect(await world.admin.object('ENCODING', indexOf(ADA))).to.equal('listpack');
    const score = await world.admin.zscore(indexOf(ADA), member);
    const { entries } = await world.directory.subjectSessions(ADA, { limit: 1 });
    expect(score).to.equal(scoreOf(ADA, entries[0]?.enteredAtMs ?? NaN));
    expect(Number(score)).to.be.below(2 ** 52);
  });

  it('shares an index with other subjects, and is never taken for theirs', async () => {
    // All characters but the last are equal: the same index, and the same first bits of the score.
    const twins = ['A', 'Q', 'g', 'w'].map(
      (last) => `${ADA.slice(0, 17)}${last}aaaa` as SubjectKey,
    );
    for (const [index, twin] of twins.entries()) {
      for (let session = 0; session < 3; session += 1) await enter(`${index} ${session}`, twin);
    }
    for (const [index, twin] of twins.entries()) {
      const mine = [0, 1, 2].map((session) => keyOf(`${index} ${session}`));
      const { entries } = await world.directory.subjectSessions(twin, { limit: 9 });
      expect(entries.map(({ key }) => key)).to.have.members(mine);
      for (const limit of [1, 2, 3]) {
        const page = await world.directory.subjectSessions(twin, { limit });
        expect(page).to.deep.equal({ entries: entries.slice(0, limit), more: limit < 3 });
      }
    }
    await endSubject(world, { ...end, subjects: [twins[1] ?? ADA] });
    expect(await world.admin.zcard(indexOf(ADA))).to.equal(9);
  });

  it('begins an end after the last entry, also if the clock was set back since', async () => {
    await enter();
    await world.admin.zincrby(indexOf(ADA), 3 * HOUR, memberOf(ADA, keyOf('one')));
    const { entries } = await world.directory.subjectSessions(ADA, { limit: 1 });
    const pending = await begin();
    expect(pending.startedAtMs).to.equal(entries[0]?.enteredAtMs);
    expect(await endSubject(world, end)).to.include({ enteredSince: 0 });
    expect(await touched(world.store, touchOf('one'))).to.include({ kind: 'ended' });
  });

  it('loses an entry by the review only if it is as it was read', async () => {
    await enter();
    const member = memberOf(ADA, keyOf('one'));
    const score = (await world.admin.zscore(indexOf(ADA), member)) ?? '';
    const { lua } = loadScripts().forget;
    const forget = async (...pairs: string[]) =>
      world.admin.eval(lua, 1, indexOf(ADA), 'nonce', ...pairs);
    expect(await forget(member, String(Number(score) - 1))).to.equal('ok nonce 0');
    expect(await forget(memberOf(ADA, keyOf('two')), score)).to.equal('ok nonce 0');
    expect(await world.admin.zcard(indexOf(ADA))).to.equal(1);
    expect(await forget(member, score)).to.equal('ok nonce 1');
    expect(await world.admin.exists(indexOf(ADA))).to.equal(0);
  });

  it('is kept for the retention and a day: marks, and tombstones of the unknown', async () => {
    const ended = { key: keyOf('one'), source: sourceWith(), by: 'revoked' } as const;
    await world.store.end({ ...ended, unknown: 'tombstone' });
    await begin();
    const { marks } = partitionOfSubject(ADA);
    for (const key of [partitionOf(keyOf('one')).session(keyOf('one')), marks(ADA)]) {
      expect((await world.admin.pttl(key)) - 2 * DAY).to.be.within(-5 * SECOND, 0);
    }
    await world.directory.beginSubjectEnd({ ...end, subject: ADA, lock: { lastsMs: 'forever' } });
    expect(await world.admin.pttl(marks(ADA))).to.equal(-1);
    await world.directory.unlock({ subject: ADA, retentionMs: DAY });
    expect((await world.admin.pttl(marks(ADA))) - 2 * DAY).to.be.within(-5 * SECOND, 0);
  });

  it('leaves nothing for ever, but what each partition has', async () => {
    for (const session of ['live', 'ended', 'never opened', 'expired']) await enter(session);
    for (const session of ['live', 'ended', 'expired']) await openIt(session);
    await world.store.end({ key: keyOf('ended'), source: sourceWith(), by: 'revoked' });
    await endSubject(world, { ...end, except: keyOf('live') });
    await enter('expired');
    await world.passTime(3 * DAY);
    await world.sweeper.sweep(new Map([['web', sourceWith()]]), 100_000);
    await review();
    const left = new Set(await keysNow());
    for (const each of ['events', 'limits', 'active']) left.delete(each);
    expect([...left]).to.deep.equal([]);
  });

  it('is touched for the same reply, whether the session is of this subject or not', async () => {
    await openIt('one', {});
    const before = await world.admin.hgetall(partitionOf(keyOf('one')).session(keyOf('one')));
    const request = touchOf('one', { countsAsActivity: false });
    for (const subject of [ADA, subjectOf('bob')]) {
      expect(await touched(world.store, { ...request, subject })).to.include({ subject: 'none' });
    }
    expect(
      await world.admin.hgetall(partitionOf(keyOf('one')).session(keyOf('one'))),
    ).to.deep.equal(before);
  });

  it('is not written and not asked for while a replica cannot read it', async () => {
    await world.admin.hset('curfew:1:replicas', 'replica:older:key', Date.now());
    await announceAbilities(world.opened);
    await enter();
    expect(await openIt()).to.not.have.property('subject');
    const fields = await world.admin.hgetall(partitionOf(keyOf('one')).session(keyOf('one')));
    expect(Object.keys(fields)).to.have.members(['s', 'a', 'n']);
    const touch = { ...touchOf('one'), subject: ADA };
    expect(await touched(world.store, touch)).to.not.have.property('subject');
    const attached = await world.directory.attach({ key: keyOf('one'), subject: ADA });
    expect(attached).to.equal('unknown');
    const own = { idleTimeoutMs: 1, absoluteTimeoutMs: undefined };
    const request = { ...touchOf('two'), opening: 'registered', startedAtMs: undefined } as const;
    const refused = await world.store
      .open({ ...request, ownLimits: own })
      .catch((fault: Error) => fault.message);
    expect(refused).to.match(/cannot|not all replicas can read/);
    expect(await endSubject(world, { ...end, by: 'subject_locked' })).to.include({ ended: 1 });
    const ended = await world.admin.hgetall(partitionOf(keyOf('one')).session(keyOf('one')));
    expect(Object.keys(ended)).to.have.members(['s', 'n', 'e', 'w']);
  });

  it('may not become more pending ends than are ever looked at', async function () {
    this.timeout(60_000);
    const { pending } = partitionOfSubject(ADA);
    const members = Array.from({ length: 10_000 }, () => randomBytes(9).toString('base64url'));
    await world.admin.zadd(pending, ...members.flatMap((member) => [1, member]));
    const fault = await begin().catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreOverloaded);
    expect(await world.admin.exists(partitionOfSubject(ADA).marks(ADA))).to.equal(0);
  });

  it('can be ended, locked and unlocked in a full Redis, where none enters', async () => {
    await enter();
    await openIt();
    await openIt('two', {});
    await world.admin.config('SET', 'maxmemory', '1');
    try {
      const refused = await enter('three').catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(StoreUnavailable).with.property('message').contain('OOM');
      const attach = { key: keyOf('two'), subject: ADA };
      expect(await world.directory.attach(attach)).to.equal('attached');
      const lock = { lastsMs: 'forever' } as const;
      expect(await endSubject(world, { ...end, lock })).to.include({ ended: 1 });
      expect((await world.directory.subjectState(ADA)).lock).to.not.equal(undefined);
      const lifted = await world.directory.unlock({ subject: ADA, retentionMs: DAY });
      expect(lifted).to.deep.include({ lock: undefined, pending: [] });
    } finally {
      await world.admin.config('SET', 'maxmemory', '0');
    }
    expect((await enter('three')).kind).to.equal('entered');
  });

  it('is refused under names of another form, before anything is sent', async () => {
    const bad = ['', 'ada', `${ADA}x`, `${ADA.slice(1)} `, 'ü'.repeat(22)] as SubjectKey[];
    for (const subject of bad) {
      const calls = [
        enter('one', subject),
        world.directory.subjectState(subject),
        world.directory.subjectSessions(subject, { limit: 1 }),
        world.directory.beginSubjectEnd({ ...end, subject }),
        world.directory.unlock({ subject, retentionMs: DAY }),
        world.directory.attach({ key: keyOf('one'), subject }),
        openIt('one', { subject }),
      ];
      for (const call of calls) {
        const fault = await call.catch((error: unknown) => error);
        expect(fault).to.be.instanceOf(TypeError).with.property('message', 'not a subject key');
      }
    }
    expect(await keysNow()).to.deep.equal([]);
  });
});
