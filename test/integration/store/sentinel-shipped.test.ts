import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { startSentinelServer } from '../../support/redis/sentinel-server.ts';
import type { SentinelServer } from '../../support/redis/sentinel-server.ts';
import { asArguments, shippedLines, shippedTls } from '../../support/redis/shipped-settings.ts';
import { ADMIN_USER } from '../../support/redis/test-users.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';

const PASSWORD = 'canary';

describe('Redis and Sentinels with TLS and users, as we ship them', function () {
  this.timeout(60_000);
  const authority = createAuthority('redis');
  // Not valid for the address, so a name has to be verified: the one that the Sentinels give.
  const issued = authority.issue({ dnsName: 'localhost' });
  let folder: string;
  let servers: RedisServer[] = [];
  let sentinels: SentinelServer[] = [];
  const stores: OpenedStore[] = [];
  const file = (name: string) => join(folder, name);

  before(async function () {
    await redisServerOrSkip(this);
    const bin = await provideStoreServer();
    if (bin === undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'curfew-sentinel-tls-'));
    const files = {
      'ca.crt': authority.cert,
      'tls.crt': issued.cert,
      'tls.key': issued.key,
      'other.crt': createAuthority('other').cert,
      redis: `${PASSWORD}\n`,
      asks: `${PASSWORD}-CURFEW-AT-SENTINEL\n`,
      wrong: 'canary-wrong\n',
    };
    await Promise.all(
      Object.entries(files).map(async ([name, text]) => writeFile(file(name), text)),
    );
    const users = ['users.acl', 'sentinel/users.acl'];
    const acl = await Promise.all(users.map(async (name) => shippedLines(name, PASSWORD)));
    const own = asArguments(await shippedLines('sentinel/redis.conf', PASSWORD));
    const args = [...own, '--replica-announce-ip', 'localhost', '--repl-diskless-sync-delay', '0'];
    const listens = async (port: number) =>
      asArguments(await shippedTls('tls.conf', { certificates: folder, port }));
    servers = await Promise.all(
      Array.from({ length: 3 }, () =>
        startRedisServer({ bin, acl: [...acl.flat(), ADMIN_USER], listens, args }),
      ),
    );
    const [first, ...others] = servers;
    if (first === undefined) return;
    for (const server of others) {
      const admin = openAdmin(server);
      // oxlint-disable-next-line no-await-in-loop -- two short commands
      await admin.replicaof('localhost', first.port);
      admin.disconnect();
    }
    const watched = (await shippedLines('sentinel/sentinel.conf', PASSWORD))
      .map((line) => line.replace('redis-0.example.com 6379', `localhost ${first.port}`))
      .map((line) =>
        line.replace('down-after-milliseconds curfew 5000', 'down-after-milliseconds curfew 500'),
      );
    const settings = async (port: number) => [
      ...watched,
      ...(await shippedTls('sentinel/tls.conf', { certificates: folder, port })),
      'sentinel announce-ip localhost',
      ADMIN_USER,
    ];
    sentinels = await Promise.all(
      Array.from({ length: 3 }, () => startSentinelServer({ bin, settings })),
    );
    await Promise.all(sentinels.map(untilItKnows));
  });
  after(async () => {
    await Promise.all([...sentinels, ...servers].map((each) => each.stop()));
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  async function open(more: Partial<Parameters<typeof openStore>[1]> = {}): Promise<OpenedStore> {
    const hosts = sentinels.map(({ port }) => `localhost:${port}`).join(',');
    const opened = await openStore(locationOf(`rediss+sentinel://curfew@${hosts}/curfew`), {
      clock: Date.now,
      passwordFile: file('redis'),
      sentinelUsername: 'curfew',
      sentinelPasswordFile: file('asks'),
      caFile: file('ca.crt'),
      certFile: file('tls.crt'),
      keyFile: file('tls.key'),
      ...more,
    });
    stores.push(opened);
    return opened;
  }

  /** Replicas are known only when servers and Sentinels reach each other. */
  async function untilItKnows({ admin }: SentinelServer): Promise<void> {
    await eventually(
      'Sentinel that knows all',
      async () => {
        const asked = admin.call('SENTINEL', 'MASTER', 'curfew').catch(() => []);
        const fields = (await asked) as string[];
        const field = (name: string) => fields[fields.indexOf(name) + 1];
        return ['flags', 'num-slaves', 'num-other-sentinels'].map(field).join() === 'master,2,2';
      },
      20_000,
    );
  }

  const fault = async (opened: OpenedStore, words: RegExp) =>
    eventually(`fault ${words.source}`, async () => {
      const why = await opened.inspect().catch((error: Error) => error.message);
      return typeof why === 'string' && words.test(why);
    });

  it('refuse a wrong password of the Sentinels, until the file has the right one', async () => {
    await writeFile(file('later'), 'canary-wrong\n');
    const journal = new StoreJournal();
    const opened = await open({ sentinelPasswordFile: file('later'), observer: journal });
    await fault(opened, /WRONGPASS \(wrong user or password for it\)/);
    expect(journal.sentinelTroubles.join()).to.not.contain('canary');
    await writeFile(file('later'), `${PASSWORD}-CURFEW-AT-SENTINEL\n`);
    await untilUp(opened);
  });

  it('refuse Curfew without a password for the Sentinels', async () => {
    await fault(await open({ sentinelPasswordFile: undefined }), /NOAUTH .*SENTINEL_PASSWORD_FILE/);
  });

  it('refuse a wrong password of Redis', async () => {
    await fault(await open({ passwordFile: file('wrong') }), /WRONGPASS/);
  });

  it('are refused with another authority', async () => {
    await fault(
      await open({ caFile: file('other.crt') }),
      /no primary .*(SELF_SIGNED|UNABLE|CERT)/,
    );
  });

  it('start again from the file in which a Sentinel has written down what it has learned', async () => {
    const [first] = sentinels;
    if (first === undefined) throw new Error('no Sentinel');
    await first.kill();
    await first.restart();
    await untilItKnows(first);
  });

  it('fail over, with exactly the permissions that we ship', async () => {
    const journal = new StoreJournal();
    const opened = await open({ observer: journal });
    await untilUp(opened);
    const inspection = await opened.inspect();
    const kinds = inspection.kind === 'usable' && inspection.warnings.map(({ kind }) => kind);
    expect(kinds, 'replicas are required').to.deep.equal([]);
    const [first] = servers;
    if (first === undefined) throw new Error('no server');
    await first.kill();
    await eventually('change of primary', () => journal.primaryChanges.length === 1, 20_000);
    await untilUp(opened);
    const admins = servers.slice(1).map(openAdmin);
    for (const admin of [...admins, ...sentinels.map((sentinel) => sentinel.admin)]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const log = (await admin.call('ACL', 'LOG')) as string[][];
      // The wrong passwords of the other tests are in it, too.
      expect(log.filter(([, , , reason]) => reason !== 'auth')).to.deep.equal([]);
    }
    for (const admin of admins) admin.disconnect();
  });
});
