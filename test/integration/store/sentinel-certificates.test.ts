import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open-store.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { startSentinelServer } from '../../support/redis/sentinel-server.ts';
import { ADMIN_USER, ANYBODY } from '../../support/redis/test-users.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('certificates behind Sentinels', function () {
  this.timeout(60_000);
  const [authority, later] = [createAuthority('redis'), createAuthority('redis later')];
  const [first, next] = [authority.issue(), later.issue()];
  const closers: (() => Promise<unknown>)[] = [];
  let folder: string;
  const file = (name: string) => join(folder, name);

  before(async function () {
    await redisServerOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-sentinel-certificates-'));
    closers.push(() => rm(folder, { recursive: true }));
  });
  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });

  it('of Redis alone are replaced while the Sentinels keep theirs', async () => {
    const bin = await provideStoreServer();
    if (bin === undefined) throw new Error('no redis-server');
    const certificate = { cert: first.cert + authority.cert, key: first.key };
    const acl = [ANYBODY, ADMIN_USER];
    const redis = await startRedisServer({ bin, acl, tls: certificate });
    closers.push(() => redis.stop());
    const settings = [
      `sentinel monitor curfew 127.0.0.1 ${redis.port} 1`,
      // It trusts only the first authority, and must not try to replace the server.
      'sentinel down-after-milliseconds curfew 600000',
      ...acl,
    ];
    const sentinel = await startSentinelServer({ bin, tls: certificate, settings });
    closers.push(() => sentinel.stop());
    await writeFile(file('ca.crt'), authority.cert);
    const journal = new StoreJournal();
    const url = `rediss+sentinel://127.0.0.1:${sentinel.port}/curfew`;
    const opened = await openStore(locationOf(url), {
      clock: Date.now,
      caFile: file('ca.crt'),
      observer: journal,
    });
    closers.push(() => opened.close());
    await untilUp(opened);

    // In the order of deploy/redis/README.md.
    await writeFile(file('ca.crt'), authority.cert + later.cert);
    await writeFile(file('next.crt'), next.cert);
    await writeFile(file('next.key'), next.key);
    const admin = openAdmin(redis);
    closers.push(async () => admin.disconnect());
    const certificates = ['tls-cert-file', file('next.crt'), 'tls-key-file', file('next.key')];
    await admin.call('CONFIG', 'SET', ...certificates);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('lost connection', () => journal.ups.includes(false));
    await untilUp(opened);
  });
});
