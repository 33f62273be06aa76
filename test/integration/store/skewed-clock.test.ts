import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { preloadOrSkip } from '../../support/preload/preloaded.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { ReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, openAsCurfew, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const SKEW_S = 30;
const SKEW_MS = SKEW_S * 1_000;
const HOUR_MS = 3_600_000;
/** What is tested here depends on the servers' clocks alone: a busy machine may take its time. */
const ANSWER_MAX_MS = 5_000;
const REPLICATED_MAX_MS = 10_000;

/** So many seconds before a limit, a step of the clock decides. */
const NEAR_MS = 20_000;

describe('a failover to a server with another clock', function () {
  this.timeout(30_000);
  let preload: { readonly LD_PRELOAD: string };
  let redis: ReplicatedRedis;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    preload = await preloadOrSkip(this, 'other-clock');
    await redisServerOrSkip(this);
  });
  afterEach(async () => {
    await opened.close();
    await redis.close();
  });

  async function openBefore(aheadSeconds: number): Promise<void> {
    redis = await startReplicatedRedis(1, { ...preload, CLOCK_AHEAD_SECONDS: `${aheadSeconds}` });
    journal = new StoreJournal();
    const options = { observer: journal, commandTimeoutMs: ANSWER_MAX_MS };
    opened = await openAsCurfew({ port: redis.port }, options);
    await announceAbilities(opened);
  }

  async function failOver(): Promise<void> {
    await redis.failOver();
    await untilUp(opened);
    await eventually('a change of the primary', () => journal.primaryChanges.length > 0);
  }

  /** WAIT is about the writes of its own connection, so there has to be one. */
  async function replicated(): Promise<void> {
    await redis.primary.set('last', 'write');
    expect(await redis.primary.wait(1, REPLICATED_MAX_MS)).to.equal(1);
  }

  /** Opens a session whose login was so long ago. */
  async function open(name: string, agoMs = 0, idleTimeoutMs = HOUR_MS) {
    const startedAtMs = agoMs === 0 ? undefined : Date.now() - agoMs;
    const request = { ...touchOf(name, { idleTimeoutMs }), opening: 'first-use' as const };
    const found = await opened.store.open({ ...request, startedAtMs });
    if (found.kind !== 'live') throw new Error(`a session that was just opened is ${found.kind}`);
    return found.clocks;
  }
  const touch = async (name: string, idleTimeoutMs = HOUR_MS) =>
    touched(opened.store, touchOf(name, { idleTimeoutMs, onExpiry: 'keep' }));
  const end = async (name: string) =>
    opened.store.end({ key: keyOf(name), source: sourceWith(), by: 'revoked' });

  it('that is ahead: sessions reach their limits sooner by as much, and none starts again', async () => {
    await openBefore(SKEW_S);
    const clocks = await open('far from its limits');
    await open('near its idle timeout', 0, NEAR_MS);
    await open('near its absolute timeout', HOUR_MS - NEAR_MS);
    await open('ended');
    await end('ended');
    await replicated();
    await failOver();

    const found = await touch('far from its limits');
    if (found.kind !== 'live') throw new Error(`it is ${found.kind}`);
    expect(found.clocks.startedAtMs).to.equal(clocks.startedAtMs);
    expect(found.clocks.nowMs - clocks.nowMs).to.be.at.least(SKEW_MS);
    expect(await touch('near its idle timeout', NEAR_MS)).to.include({ kind: 'expired' });
    expect(await touch('near its absolute timeout')).to.include({ kind: 'expired' });
    expect(await touch('ended')).to.include({ kind: 'ended', by: 'revoked' });
    await announceAbilities(opened);
    expect(journal.skews.at(-1)).to.be.within(SKEW_S - 1, SKEW_S + 1);
  });

  it('that is behind: the clock of a session stands still, and never goes back', async () => {
    await openBefore(-SKEW_S);
    const clocks = await open('one');
    await open('near its absolute timeout', HOUR_MS - NEAR_MS);
    await open('ended');
    await end('ended');
    await replicated();
    await failOver();

    const key = partitionOf(keyOf('one')).session(keyOf('one'));
    const record = await redis.replicas[0]?.hgetall(key);
    expect(record).to.include.keys('s', 'a');
    const found = await touch('one');
    // Both the start and the last activity are as they were: this touch made the session no longer.
    expect(found).to.deep.include({ kind: 'live', clocks: { ...clocks } });
    expect(await redis.replicas[0]?.hgetall(key)).to.deep.equal(record);
    expect(await touch('near its absolute timeout')).to.include({ kind: 'live' });
    expect(await touch('ended')).to.include({ kind: 'ended', by: 'revoked' });
    await announceAbilities(opened);
    expect(journal.skews.at(-1)).to.be.within(-SKEW_S - 1, -SKEW_S + 1);
  });

  for (const aheadSeconds of [SKEW_S, -SKEW_S]) {
    const which = aheadSeconds > 0 ? 'ahead' : 'behind';
    it(`that is ${which}: an end that it has not heard of is written again`, async () => {
      await openBefore(aheadSeconds);
      await open('one');
      await replicated();
      redis.cutLink();
      await end('one');
      await failOver();
      await eventually('the ends', () => journal.writtenAgainCounts.includes(1));
      expect(await touch('one')).to.include({ kind: 'ended', by: 'revoked' });
    });
  }
});
