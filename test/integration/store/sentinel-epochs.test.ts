import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { freePort } from '../../support/network/free-port.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { addressReply, startSentinelImpostor } from '../../support/redis/sentinel-impostor.ts';
import type { SentinelImpostor } from '../../support/redis/sentinel-impostor.ts';
import { ADMIN_USER, ANYBODY } from '../../support/redis/test-users.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { touchOf } from '../../support/store/store-requests.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const HOST = '127.0.0.1';
/** The Sentinels are asked again after each half second at most: longer than any of them may lag. */
const ATTEMPTS = 8;

describe('Sentinels that know more than others', function () {
  this.timeout(60_000);
  let former: RedisServer;
  let newest: RedisServer;
  let journal: StoreJournal;
  const closers: (() => Promise<unknown>)[] = [];

  before(async function () {
    await redisServerOrSkip(this);
  });
  beforeEach(async () => {
    const acl = [ANYBODY, ADMIN_USER];
    [former, newest] = [await startRedisServer({ acl }), await startRedisServer({ acl })];
    journal = new StoreJournal();
    closers.push(
      () => former.stop(),
      () => newest.stop(),
    );
  });
  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.splice(0).toReversed()) await close();
  });

  interface Sentinel extends SentinelImpostor {
    name(server: RedisServer, epoch: number): void;
  }

  async function startSentinel(server: RedisServer, epoch: number): Promise<Sentinel> {
    let answer = { address: addressReply(HOST, server.port), epoch };
    const impostor = await startSentinelImpostor(() => answer);
    closers.push(() => impostor.close());
    return Object.assign(impostor, {
      name: (next: RedisServer, nextEpoch: number) =>
        (answer = { address: addressReply(HOST, next.port), epoch: nextEpoch }),
    });
  }

  async function open(ports: readonly number[]): Promise<OpenedStore> {
    const hosts = ports.map((port) => `${HOST}:${port}`).join(',');
    const opened = await openStore(locationOf(`redis+sentinel://${hosts}/curfew`), {
      clock: Date.now,
      observer: journal,
      commandTimeoutMs: 1_000,
    });
    closers.push(() => opened.close());
    return opened;
  }

  /** A session that is live on the former primary alone. */
  async function startSession(): Promise<void> {
    const direct = await openStore(locationOf(former.url), { clock: Date.now });
    await untilUp(direct);
    const session = { ...touchOf('one'), opening: 'registered', startedAtMs: undefined } as const;
    expect((await direct.store.open(session)).kind).to.equal('live');
    await direct.close();
  }

  const ask = async ({ store }: OpenedStore): Promise<string> =>
    touched(store, touchOf('one')).then(
      ({ kind }) => kind,
      () => 'no verdict',
    );

  /** One Sentinel names the newest server, which is still a replica of the former one. */
  async function openBesideReplica() {
    await startSession();
    const admin = openAdmin(newest);
    closers.push(async () => admin.disconnect());
    await admin.replicaof(HOST, former.port);
    const [behind, ahead] = [await startSentinel(former, 1), await startSentinel(newest, 2)];
    const opened = await open([behind.port, ahead.port, await freePort()]);
    await untilUp(opened);
    expect(await ask(opened)).to.equal('live');
    return { admin, behind, ahead, opened };
  }

  /** The answers while Curfew tries to connect, which asks this Sentinel again each time. */
  async function askDuringAttempts(opened: OpenedStore, sentinel: Sentinel): Promise<string[]> {
    const before = sentinel.asked;
    const found = new Set<string>();
    const attempts = async (): Promise<boolean> => {
      found.add(await ask(opened));
      return sentinel.asked >= before + ATTEMPTS;
    };
    await eventually('attempts', attempts, 45_000);
    return [...found];
  }

  it('are believed while their server is away, also when others name the former one', async () => {
    await startSession();
    const [behind, ahead] = [await startSentinel(former, 1), await startSentinel(newest, 2)];
    const opened = await open([behind.port, ahead.port, await freePort()]);
    await untilUp(opened);
    expect(await ask(opened)).to.equal('unknown');
    await newest.kill();
    expect(await askDuringAttempts(opened, behind)).to.deep.equal(['no verdict']);
    await newest.restart();
    await untilUp(opened);
    expect(await ask(opened)).to.equal('unknown');
  });

  it('are followed when their server has become a primary after all', async () => {
    const { admin, opened } = await openBesideReplica();
    await admin.replicaof('NO', 'ONE');
    await admin.flushall();
    await eventually('newest', async () => (await ask(opened)) === 'unknown');
    expect(journal.primaryChanges.length).to.equal(1);
  });

  it('are followed when most name a newer server, which refused before', async () => {
    const { behind, ahead, opened } = await openBesideReplica();
    behind.name(newest, 2);
    behind.hangUp();
    await eventually('former left', async () => (await ask(opened)) === 'no verdict');
    expect(await askDuringAttempts(opened, ahead)).to.deep.equal(['no verdict']);
  });

  it('are asked for the real epoch when they announce another primary', async () => {
    await startSession();
    const [behind, ahead] = [await startSentinel(former, 4), await startSentinel(former, 1)];
    const opened = await open([behind.port, ahead.port]);
    await untilUp(opened);
    expect(await ask(opened)).to.equal('live');
    ahead.name(newest, 9);
    ahead.announce(`curfew ${HOST} ${former.port} ${HOST} ${newest.port}`);
    await eventually('newest', async () => (await ask(opened)) === 'unknown');
  });
});
