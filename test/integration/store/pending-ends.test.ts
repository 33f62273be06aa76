import { expect } from 'chai';
import type { SourceRule } from '../../../src/session/session-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
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

const MINUTE = 60_000;
const OTHERS = ['bob', 'carol', 'dave', 'eve'];
const SOURCES: ReadonlyMap<string, SourceRule> = new Map([['web', sourceWith()]]);

describe('an end of a subject whose caller has died', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
  });
  after(async () => server?.stop());
  beforeEach(async () => {
    if (server === undefined) return;
    world = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
    await world.admin.flushall();
    await announceAbilities(world.opened);
    await turn();
    await turn();
  });
  afterEach(async () => world.close());

  const turn = async () => world.sweeper.sweep(SOURCES, 100_000);
  const openFor = async (subject: string, session: string) => {
    const key = keyOf(session);
    await world.directory.enter({ subject: subjectOf(subject), session: key, retentionMs: MINUTE });
    await world.store.open({
      ...touchOf(session),
      opening: 'first-use',
      startedAtMs: undefined,
      subject: subjectOf(subject),
    });
  };
  /** On another replica, which then dies. Its time is not awaited: the end began five seconds ago. */
  const begin = async (...subjects: readonly string[]) => {
    if (server === undefined) throw new Error('no server');
    const other = await openRedisWorld(server, { commandTimeoutMs: 5_000 });
    for (const subject of subjects) {
      await other.directory.beginSubjectEnd({
        subject: subjectOf(subject),
        by: 'revoked',
        startedAtMs: Date.now() - 5_000,
        enteredUntilMs: Date.now() + MINUTE,
        retentionMs: MINUTE,
      });
    }
    await other.close();
  };
  const stateOf = async (session: string) => (await touched(world.store, touchOf(session))).kind;

  it('is found by the next turn of a sweeper that knew of nothing to do', async () => {
    await openFor('ada', 'one');
    await turn();
    expect((await turn()).finished).to.deep.equal([]);
    await begin('ada');
    expect((await turn()).finished).to.deep.equal([
      { subject: subjectOf('ada'), by: 'revoked', ended: 1 },
    ]);
    expect(await stateOf('one')).to.equal('ended');
    expect((await turn()).finished).to.deep.equal([]);
  });

  it('does not hold up the others if a key is not what Curfew wrote', async () => {
    await openFor('ada', 'poisoned');
    // Sweepers go through the partitions in order, so some of these come after it.
    for (const subject of OTHERS) await openFor(subject, `of ${subject}`);
    const key = partitionOf(keyOf('poisoned')).session(keyOf('poisoned'));
    await world.admin.del(key);
    await world.admin.set(key, 'text');
    await openFor('frank', 'abandoned');
    await world.admin.hset(partitionOf(keyOf('abandoned')).session(keyOf('abandoned')), 's', 1);
    await world.admin.zadd(partitionOf(keyOf('abandoned')).deadlines, 1, keyOf('abandoned'));
    await begin('ada', ...OTHERS);
    const report = await turn();
    expect(report.fault?.message).to.contain('WRONGTYPE');
    expect(report.finished.map(({ subject }) => subject)).to.have.members(OTHERS.map(subjectOf));
    expect(report.ended).to.deep.equal({ idle: 0, absolute: 1 });
    for (const subject of OTHERS) expect(await stateOf(`of ${subject}`)).to.equal('ended');
    await world.admin.del(key);
    expect((await turn()).finished.map(({ subject }) => subject)).to.deep.equal([subjectOf('ada')]);
  });

  it('is finished by one of several sweepers, and each session is reported once', async () => {
    if (server === undefined) throw new Error('no server');
    const others = [await openRedisWorld(server), await openRedisWorld(server)];
    const sessions = Array.from({ length: 120 }, (_, index) => `session ${index}`);
    for (const session of sessions) await openFor('ada', session);
    await begin('ada');
    await Promise.all([world, ...others].map(async ({ sweeper }) => sweeper.sweep(SOURCES, 1_000)));
    await turn();
    for (const session of sessions) {
      const events = (await world.events(keyOf(session))).map(({ kind, by }) => `${kind} ${by}`);
      expect(events).to.deep.equal(['opened first-use', 'ended revoked']);
    }
    await Promise.all(others.map(async (other) => other.close()));
  });
});
