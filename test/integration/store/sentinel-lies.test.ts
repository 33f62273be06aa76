import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { freePort } from '../../support/network/free-port.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { addressReply, startSentinelImpostor } from '../../support/redis/sentinel-impostor.ts';
import type { SentinelImpostor } from '../../support/redis/sentinel-impostor.ts';
import { startSentinelServer } from '../../support/redis/sentinel-server.ts';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { touchOf } from '../../support/store/store-requests.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const HOST = '127.0.0.1';
const UNKNOWN = '*-1\r\n';

describe('Sentinels that lie', function () {
  this.timeout(60_000);
  let primary: RedisServer;
  let replica: RedisServer;
  let address: string | undefined;
  let epoch = 1;
  let impostor: SentinelImpostor;
  let journal: StoreJournal;
  const closers: (() => Promise<unknown>)[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    const acl = ['user default on nopass ~* &* +@all', 'user admin on nopass ~* &* +@all'];
    [primary, replica] = await Promise.all([startRedisServer({ acl }), startRedisServer({ acl })]);
    const admin = openAdmin(replica);
    await admin.replicaof(HOST, primary.port);
    admin.disconnect();
  });
  after(() => Promise.all([primary?.stop(), replica?.stop()]));
  beforeEach(async () => {
    [address, epoch, journal] = [addressReply(HOST, primary.port), 1, new StoreJournal()];
    impostor = await startSentinelImpostor(() => ({ address, epoch }));
    closers.push(() => impostor.close());
  });
  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function open(...ports: readonly number[]): Promise<OpenedStore> {
    const hosts = ports.map((port) => `${HOST}:${port}`).join(',');
    const location = locationOf(`redis+sentinel://${hosts}/curfew`);
    const opened = await openStore(location, {
      clock: Date.now,
      observer: journal,
      commandTimeoutMs: 1_000,
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
      const opened = await open(impostor.port);
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
    const settings = ['user default on nopass ~* &* +@all', 'user admin on nopass ~* &* +@all'];
    const sentinel = await startSentinelServer({ bin, settings });
    closers.push(() => sentinel.stop());
    address = addressReply(HOST, sentinel.port);
    const opened = await open(impostor.port);
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
    const opened = await open(impostor.port, honest.port, await freePort());
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

  it('about another primary, or in no words, change nothing', async () => {
    const opened = await open(impostor.port);
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
    const opened = await open(impostor.port);
    await untilUp(opened);
    impostor.announce(`curfew ${HOST} ${primary.port} ${HOST} ${replica.port}`);
    await eventually('lost connection', () => journal.ups.includes(false));
    await eventually('connection', () => journal.ups.at(-1) === true);
    await untilUp(opened);
    expect((await touched(opened.store, touchOf('one'))).kind).to.equal('unknown');
  });
});
