import { expect } from 'chai';
import type { OpenedStore, StoreOptions } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { freePort } from '../../support/network/free-port.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { addressReply, startSentinelImpostor } from '../../support/redis/sentinel-impostor.ts';
import type { SentinelImpostor } from '../../support/redis/sentinel-impostor.ts';
import { ADMIN_USER, ANYBODY } from '../../support/redis/test-users.ts';
import { startSentinelServer } from '../../support/redis/sentinel-server.ts';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { touchOf } from '../../support/store/store-requests.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const HOST = '127.0.0.1';
const ANYBODY_AND_ADMIN = [ANYBODY, ADMIN_USER];
const UNKNOWN = '*-1\r\n';

describe('Sentinels that lie', function () {
  this.timeout(60_000);
  let primary: RedisServer;
  let replica: RedisServer;
  /** A primary of others. */
  let locked: RedisServer;
  let address: string | undefined;
  let epoch = 1;
  let impostor: SentinelImpostor;
  let journal: StoreJournal;
  const closers: (() => Promise<unknown>)[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    const acl = ANYBODY_AND_ADMIN;
    const others = ['user default on >other ~* &* +@all', ADMIN_USER];
    [primary, replica, locked] = (await Promise.all(
      [acl, acl, others].map(async (lines) => startRedisServer({ acl: lines })),
    )) as [RedisServer, RedisServer, RedisServer];
    const admin = openAdmin(replica);
    await admin.replicaof(HOST, primary.port);
    admin.disconnect();
  });
  after(() => Promise.all([primary, replica, locked].map((server) => server?.stop())));
  beforeEach(async () => {
    [address, epoch, journal] = [addressReply(HOST, primary.port), 1, new StoreJournal()];
    impostor = await startSentinelImpostor(() => ({ address, epoch }));
    closers.push(() => impostor.close());
  });
  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.splice(0).toReversed()) await close();
  });

  /** One more Sentinel, which names the primary. */
  async function startHonest(): Promise<SentinelImpostor> {
    const honest = await startSentinelImpostor(() => ({
      address: addressReply(HOST, primary.port),
    }));
    closers.push(() => honest.close());
    return honest;
  }

  async function open(
    ports: readonly number[],
    options: Partial<StoreOptions> = {},
  ): Promise<OpenedStore> {
    const hosts = ports.map((port) => `${HOST}:${port}`).join(',');
    const location = locationOf(`redis+sentinel://${hosts}/curfew`);
    const opened = await openStore(location, {
      clock: Date.now,
      observer: journal,
      commandTimeoutMs: 1_000,
      ...options,
    });
    closers.push(() => opened.close());
    return opened;
  }

  const fault = async (opened: OpenedStore, words: RegExp) =>
    eventually(`fault ${words.source}`, async () => {
      const why = await opened.inspect().catch((error: Error) => error.message);
      return typeof why === 'string' && words.test(why);
    });

  const lies: readonly (readonly [string, () => string | undefined, RegExp])[] = [
    ['know no primary of this name', () => UNKNOWN, /watches no primary of the name/],
    ['name a replica', () => addressReply(HOST, replica.port), /not a primary/],
    ['name themselves', () => addressReply(HOST, impostor.port), /the store|no primary/],
    ['name a port that is none', () => addressReply(HOST, 70_000), /not an address/],
    ['name a port of letters', () => addressReply(HOST, 'six'), /not an address/],
    ['name a host with a space', () => addressReply('a host', 6379), /not an address/],
    ['name a host that does not exist', () => addressReply('redis.invalid', 6379), /ENOTFOUND|EAI/],
    ['name nothing', () => '*0\r\n', /not an address/],
    ['refuse', () => '-NOPERM canary\r\n', /NOPERM \(its ACL user needs/],
    ['ask for a password', () => '-NOAUTH canary\r\n', /NOAUTH .*CURFEW_SENTINEL_PASSWORD_FILE/],
    ['are no Sentinels', () => "-ERR unknown command 'SENTINEL'\r\n", /not a Sentinel/],
    ['speak another language', () => 'HTTP/1.1 400 Bad Request\r\n\r\n', /cannot be understood/],
    ['say nothing', () => undefined, /does not answer/],
  ];
  for (const [what, lie, words] of lies) {
    it(`and ${what} are named, and no server is used`, async () => {
      address = lie();
      const opened = await open([impostor.port]);
      await fault(opened, words);
      expect(journal.ups).not.to.include(true);
      expect(journal.sentinelTroubles.join()).not.to.contain('canary');
      address = addressReply(HOST, primary.port);
      await untilUp(opened);
    });
  }

  it('and really are Sentinels, named as the primary, are not used', async () => {
    const bin = await provideStoreServer();
    if (bin === undefined) throw new Error('no redis-server');
    const sentinel = await startSentinelServer({ bin, settings: ANYBODY_AND_ADMIN });
    closers.push(() => sentinel.stop());
    address = addressReply(HOST, sentinel.port);
    const opened = await open([impostor.port]);
    await fault(opened, /not a primary|Sentinel/);
    expect(journal.ups).not.to.include(true);
  });

  it('are passed over for those that name a primary, whatever epoch they claim', async () => {
    const honest = await startSentinelImpostor(() => ({
      address: addressReply(HOST, primary.port),
    }));
    let isHonest = true;
    closers.push(async () => isHonest && honest.close());
    [address, epoch] = [addressReply(HOST, replica.port), 99];
    const opened = await open([impostor.port, honest.port, await freePort()]);
    await untilUp(opened);
    expect((await touched(opened.store, touchOf('one'))).kind).to.equal('unknown');
    expect(journal.sentinelTroubles.at(-1)).to.match(/^127\.0\.0\.1:\d+: ECONNREFUSED[^;]*$/);
    // What was known before is no news, also when the others say nothing more.
    const connections = journal.ups.length;
    isHonest = false;
    await honest.close();
    await eventually('trouble', () => journal.sentinelTroubles.at(-1)?.split(';').length === 2);
    expect((await touched(opened.store, touchOf('one'))).kind).to.equal('unknown');
    expect(journal.ups.length).to.equal(connections);
  });

  const loneLies: readonly (readonly [string, () => string, RegExp | undefined])[] = [
    ['a replica', () => addressReply(HOST, replica.port), undefined],
    ['a port that is none', () => addressReply(HOST, 70_000), /not an address/],
    ['a host with a space', () => addressReply('a host', 6379), /not an address/],
    ['a host that does not exist', () => addressReply('redis.invalid', 6379), undefined],
    ['a server that requires a password', () => addressReply(HOST, locked.port), undefined],
  ];
  for (const [what, lie, trouble] of loneLies) {
    it(`and name ${what} with the highest epoch give no verdict`, async () => {
      const honest = [await startHonest(), await startHonest()];
      const opened = await open([impostor.port, ...honest.map(({ port }) => port)]);
      await untilUp(opened);
      const session = { ...touchOf('of the primary'), opening: 'registered' } as const;
      await opened.store.open({ ...session, startedAtMs: undefined });
      const found: string[] = [];
      const ask = async (): Promise<string | undefined> => {
        const answer = await touched(opened.store, touchOf('of the primary')).catch(
          () => undefined,
        );
        if (answer !== undefined) found.push(answer.kind);
        return answer?.kind;
      };
      [address, epoch] = [lie(), 99];
      impostor.hangUp();
      await eventually('lie', async () => (await ask(), impostor.asked > 1));
      if (trouble !== undefined) {
        await eventually('word about it', () => trouble.test(journal.sentinelTroubles.join()));
      }
      for (let count = 0; count < 100; count += 1) await ask();
      await eventually('verdict', async () => (await ask()) === 'live', 10_000);
      expect(new Set(found)).to.deep.equal(new Set(['live']));
      expect(journal.primaryChanges).to.deep.equal([]);
    });
  }

  it('and name another primary that accepts us are believed, but it opens nothing with fence', async () => {
    const stranger = await startRedisServer({ acl: ANYBODY_AND_ADMIN });
    closers.push(() => stranger.stop());
    const honest = await startHonest();
    const onStoreLoss = 'fence';
    const opened = await open([impostor.port, honest.port], { onStoreLoss: () => onStoreLoss });
    await untilUp(opened);
    await opened.administration.installation.init();
    const first = { opening: 'first-use', startedAtMs: undefined, onStoreLoss } as const;
    const tryOpen = async (name: string): Promise<string> =>
      opened.store.open({ ...touchOf(name), ...first }).then(
        ({ kind }) => kind,
        ({ message }: Error) => message,
      );
    expect(await tryOpen('known')).to.equal('live');
    [address, epoch] = [addressReply(HOST, stranger.port), 99];
    impostor.hangUp();
    await eventually('fence', async () => (await tryOpen('known')).includes('FENCED'));
    expect(await tryOpen('unknown')).to.include('FENCED');
    [address, epoch] = [addressReply(HOST, primary.port), 100];
    impostor.hangUp();
    await eventually('truth', async () => (await tryOpen('known')) === 'live');
  });

  it('about another primary, or in no words, change nothing', async () => {
    const opened = await open([impostor.port]);
    await untilUp(opened);
    impostor.announce(`other ${HOST} ${primary.port} ${HOST} ${replica.port}`);
    impostor.announce(`curfew ${HOST} ${primary.port} ${HOST} 0`);
    impostor.announce('curfew');
    for (const name of ['one', 'two', 'three']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect((await touched(opened.store, touchOf(name))).kind).to.equal('unknown');
    }
    expect(journal.ups).to.deep.equal([true]);
  });

  it('about a change of primary cost one connection, and the truth is found again', async () => {
    const opened = await open([impostor.port]);
    await untilUp(opened);
    impostor.announce(`curfew ${HOST} ${primary.port} ${HOST} ${replica.port}`);
    await eventually('lost connection', () => journal.ups.includes(false));
    await eventually('connection', () => journal.ups.at(-1) === true);
    await untilUp(opened);
    expect((await touched(opened.store, touchOf('one'))).kind).to.equal('unknown');
  });
});
