import { expect } from 'chai';
import type { EndsListener } from '../../../src/store/ends-news.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { startMovingAddress } from '../../support/network/moving-address.ts';
import { startCluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { startSentinels } from '../../support/redis/sentinels.ts';
import {
  announceAbilities,
  openAdmin,
  openAsCurfew,
  openAt,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../../support/store/store-requests.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

/** What a store hears, in order. */
function listenTo({ ends }: OpenedStore): string[] {
  const heard: string[] = [];
  const listener: EndsListener = {
    sessionEnded: (key) => heard.push(key),
    subjectEnded: (subject) => heard.push(subject),
    missed: () => heard.push('missed'),
  };
  if (ends === undefined) throw new Error('this store tells nothing');
  ends.listen(listener);
  return heard;
}

const untilItHears = async (heard: readonly string[], word: string, times = 1): Promise<unknown> =>
  eventually(`to hear ${word}`, () => heard.filter((each) => each === word).length >= times);

const end = async ({ store }: OpenedStore, name: string): Promise<unknown> =>
  store.end({ key: keyOf(name), source: sourceWith(), by: 'revoked', unknown: 'leave' });

const open = async ({ store }: OpenedStore, name: string): Promise<unknown> =>
  store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });

/** Ends sessions with this name until it hears of one: after a change it listens again soon. */
async function untilItHearsAgain(
  heard: readonly string[],
  store: OpenedStore,
  name: string,
): Promise<void> {
  let tries = 0;
  await eventually(`to hear again of ${name}`, async () => {
    tries += 1;
    const session = `${name} ${tries}`;
    const isEnded = await open(store, session)
      .then(async () => end(store, session))
      .then(
        () => true,
        () => false, // while there is no primary
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
    return isEnded && heard.includes(keyOf(session));
  });
}

describe('ends', function () {
  this.timeout(60_000);
  const closers: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order
    for (const close of closers.splice(0).toReversed()) await close();
  });

  const kept = <Thing extends { close(): Promise<unknown> }>(thing: Thing): Thing => {
    closers.push(() => thing.close());
    return thing;
  };

  async function onRedis(change?: (server: RedisServer) => Promise<unknown>): Promise<{
    readonly server: RedisServer;
    readonly one: OpenedStore;
    readonly other: OpenedStore;
  }> {
    const server = await startGuardedRedis();
    closers.push(() => server.stop());
    await change?.(server);
    const one = kept(await openAsCurfew(server));
    const other = kept(await openAsCurfew(server));
    await announceAbilities(one);
    return { server, one, other };
  }

  it('by a request, a limit, a login, and marks, are heard by every replica', async () => {
    const { one, other } = await onRedis();
    const heard = listenTo(other);
    await untilItHears(heard, 'missed');
    for (const name of ['ended', 'expired', 'marked', 'visited']) await open(one, name); // oxlint-disable-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 5)); // so that a limit of 1 ms is reached
    await end(one, 'ended');
    await touched(one.store, touchOf('expired', { idleTimeoutMs: 1 }));
    await touched(one.store, touchOf('marked', { idleTimeoutMs: 1, onExpiry: 'challenge' }));
    await one.store.visitLogin({
      key: keyOf('visited'),
      source: sourceWith(),
      endLimits: [{ policy: 'default', idleTimeoutMs: 1, absoluteTimeoutMs: undefined }],
      mayEnd: true,
      maySignOut: false,
    });
    for (const name of ['ended', 'expired', 'marked', 'visited']) {
      await untilItHears(heard, keyOf(name)); // oxlint-disable-line no-await-in-loop
    }
    await touched(one.store, touchOf('marked', { idleTimeoutMs: 1, onExpiry: 'challenge' }));
    await end(one, 'last');
    await open(one, 'last but one');
    await end(one, 'last but one');
    await untilItHears(heard, keyOf('last but one'));
    expect(heard.filter((word) => word === keyOf('marked'))).to.have.length(1);
    expect(heard).to.not.include(keyOf('last')); // an unknown session that was left alone
  });

  it('of a subject are heard by its name, at once', async () => {
    const { one, other } = await onRedis();
    const heard = listenTo(other);
    await untilItHears(heard, 'missed');
    await one.directory.beginSubjectEnd({
      subject: subjectOf('ann'),
      by: 'subject_locked',
      lock: { lastsMs: 'forever' },
      retentionMs: 1_000,
    });
    await untilItHears(heard, subjectOf('ann'));
  });

  it('may be missed while there is no connection, and that is said', async () => {
    const { server, one, other } = await onRedis();
    const heard = listenTo(other);
    await untilItHears(heard, 'missed');
    const admin = openAdmin(server);
    closers.push(async () => admin.disconnect());
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await untilItHears(heard, 'missed', 2);
    await open(one, 's');
    await end(one, 's');
    await untilItHears(heard, keyOf('s'));
  });

  it('are not heard by a user who may not, and that is known', async () => {
    const { one, server } = await onRedis(async (started) => {
      const admin = openAdmin(started);
      await admin.call('ACL', 'SETUSER', 'curfew', 'resetchannels', '-ssubscribe');
      admin.disconnect();
    });
    expect(one.ends?.mayListen).to.equal(true);
    const heard = listenTo(one);
    await eventually('to know', () => one.ends?.mayListen === false);
    const warnings = await one.tryPermissions();
    expect(warnings.map(({ kind }) => kind)).to.deep.equal(['publish_forbidden']);
    await open(one, 's');
    expect(await end(one, 's')).to.have.property('kind', 'ended');
    // Once it may, it listens without another connection.
    const admin = openAdmin(server);
    closers.push(async () => admin.disconnect());
    await admin.call('ACL', 'SETUSER', 'curfew', '&curfew:1:*', '+ssubscribe');
    await untilItHears(heard, 'missed');
    expect(one.ends?.mayListen).to.equal(true);
    await open(one, 't');
    await end(one, 't');
    await untilItHears(heard, keyOf('t'));
  });

  it('are heard from the new primary behind an address, whose former one goes on accepting', async () => {
    const [former, next] = [await startGuardedRedis(), await startGuardedRedis()];
    closers.push(
      () => former.stop(),
      () => next.stop(),
    );
    const address = await startMovingAddress(former.port);
    closers.push(async () => address.close());
    const one = kept(await openAt(`redis://curfew@127.0.0.1:${address.port}`));
    const heard = listenTo(one);
    await untilItHears(heard, 'missed');
    await open(one, 's');
    const admin = openAdmin(former);
    closers.push(async () => admin.disconnect());
    address.moveTo(next.port, 'kept');
    await admin.replicaof('127.0.0.1', 1);
    const listenersOf = async (server: RedisServer): Promise<number> => {
      const asked = openAdmin(server);
      const list = String(await asked.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
      asked.disconnect();
      return list.split('\n').filter((line) => line !== '').length;
    };
    await eventually('the new primary', async () => {
      await touched(one.store, touchOf('s')).catch(() => undefined); // READONLY, at first
      return (await listenersOf(next)) === 1 && (await listenersOf(former)) === 0;
    });
    await open(one, 't');
    await end(one, 't');
    await untilItHears(heard, keyOf('t'));
  });

  it('are heard from the new primary after a failover of Sentinel', async () => {
    const sentinels = kept(await startSentinels({ downAfterMs: 1_000 }));
    const url = `redis+sentinel://${sentinels.hosts}/${sentinels.name}`;
    const one = kept(await openAt(url));
    const other = kept(await openAt(url));
    const heard = listenTo(other);
    await untilItHears(heard, 'missed');
    await sentinels.failOver();
    await untilItHearsAgain(heard, one, 's');
    await untilItHears(heard, 'missed', 2);
  });

  it('are heard from each part of a Cluster, also after a part has moved', async () => {
    const cluster = kept(await startCluster());
    const url = `redis+cluster://${cluster.hosts}`;
    const one = kept(await openAt(url));
    const other = kept(await openAt(url));
    const heard = listenTo(other);
    const names = Array.from({ length: 24 }, (_, index) => `session ${index}`);
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error('no node');
    const endAll = async (round: string): Promise<void> => {
      for (const name of names) await untilItHearsAgain(heard, one, `${round} ${name}`); // oxlint-disable-line no-await-in-loop
    };
    await endAll('before');
    await cluster.failOver(first);
    await endAll('after');
  });
});
