import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';

const DEPLOYED = join(import.meta.dirname, '..', '..', '..', 'deploy', 'redis');
const ADMIN = 'user admin on nopass ~* &* +@all';
const PASSWORDS = {
  'CHANGE-ME-SENTINEL-AT-REDIS': 'canary-sentinel',
  'CHANGE-ME-REPLICA': 'canary-replica',
  'CHANGE-ME-PEER': 'canary-peer',
  'CHANGE-ME-CURFEW-AT-SENTINEL': 'canary-asks',
  'CHANGE-ME': 'canary-curfew',
} as const;

/** The lines of a file that we ship that are not comments, with the passwords of this test. */
async function shipped(...path: readonly string[]): Promise<string[]> {
  let text = await readFile(join(DEPLOYED, ...path), 'utf8');
  for (const [placeholder, password] of Object.entries(PASSWORDS)) {
    text = text.replaceAll(placeholder, password);
  }
  return text.split('\n').filter((line) => /^[a-z]/.test(line));
}

describe('Redis and Sentinels with TLS and users, as we ship them', function () {
  this.timeout(60_000);
  const authority = createAuthority('redis');
  // Not valid for the address, so a name has to be verified: the one that the Sentinels give.
  const issued = authority.issue({ dnsName: 'localhost' });
  // The servers trust what is in the file of their own certificate.
  const certificate = { cert: issued.cert + authority.cert, key: issued.key };
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
    await writeFile(file('ca.crt'), authority.cert);
    await writeFile(file('other.crt'), createAuthority('other').cert);
    await writeFile(file('redis'), 'canary-curfew\n');
    await writeFile(file('asks'), 'canary-asks\n');
    await writeFile(file('wrong'), 'canary-wrong\n');
    const acl = [
      ...(await shipped('users.acl')),
      ...(await shipped('sentinel', 'users.acl')),
      ADMIN,
    ];
    const own = (await shipped('sentinel', 'redis.conf')).flatMap((line) => {
      const [name = '', ...values] = line.split(' ');
      return [`--${name}`, ...values];
    });
    const args = [...own, '--replica-announce-ip', 'localhost', '--repl-diskless-sync-delay', '0'];
    servers = await Promise.all(
      Array.from({ length: 3 }, () => startRedisServer({ bin, acl, tls: certificate, args })),
    );
    const [first, ...others] = servers;
    if (first === undefined) return;
    for (const server of others) {
      const admin = openAdmin(server);
      // oxlint-disable-next-line no-await-in-loop -- two short commands
      await admin.replicaof('localhost', first.port);
      admin.disconnect();
    }
    const settings = (await shipped('sentinel', 'sentinel.conf'))
      .filter((line) => !line.startsWith('port '))
      .map((line) => line.replace('redis-0.example.com 6379', `localhost ${first.port}`))
      .map((line) =>
        line.replace('down-after-milliseconds curfew 5000', 'down-after-milliseconds curfew 500'),
      );
    // A name must be known to be resolved before it is monitored.
    const resolves = settings.filter((line) => /hostnames/.test(line));
    const rest = settings.filter((line) => !/hostnames/.test(line));
    sentinels = await Promise.all(
      Array.from({ length: 3 }, () =>
        startSentinelServer({
          bin,
          tls: certificate,
          settings: [...resolves, 'sentinel announce-ip localhost', ...rest, ADMIN],
        }),
      ),
    );
    await eventually(
      'Sentinels that know all',
      async () => {
        const known = await Promise.all(
          sentinels.map(async ({ admin }) => {
            const fields = (await admin.call('SENTINEL', 'MASTER', 'curfew')) as string[];
            const field = (name: string) => Number(fields[fields.indexOf(name) + 1]);
            return field('num-slaves') === 2 && field('num-other-sentinels') === 2;
          }),
        );
        return known.every(Boolean);
      },
      20_000,
    );
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
      ...more,
    });
    stores.push(opened);
    return opened;
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
    await writeFile(file('later'), 'canary-asks\n');
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
