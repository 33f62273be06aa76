import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenedStore, StoreOptions } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { eventually } from '../../support/time/eventually.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { asArguments, shippedLines, shippedTls } from '../../support/redis/shipped-settings.ts';
import { ADMIN_USER } from '../../support/redis/test-users.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { openAdmin, untilUp } from '../../support/store/store-world.ts';

const OLD_PASSWORD = 'canary-password-old';
const NEW_PASSWORD = 'canary-password-new';

describe('a Redis with TLS, certificates of clients and users, as we ship it', () => {
  const authority = createAuthority('redis');
  const later = createAuthority('redis later');
  const guests = createAuthority('guests');
  const server = authority.issue();
  const guest = guests.issue({ commonName: 'curfew' });
  let folder: string;
  let redis: RedisServer;
  let stores: OpenedStore[];
  let rejected: string[];
  const file = (name: string) => join(folder, name);
  const write = (name: string, text: string) => writeFile(file(name), text, { mode: 0o600 });

  before(async function () {
    await redisServerOrSkip(this);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-redis-tls-'));
    stores = [];
    rejected = [];
    const other = later.issue();
    const elsewhere = authority.issue({ dnsName: 'redis.test' });
    await Promise.all(
      Object.entries({
        'tls.crt': server.cert,
        'tls.key': server.key,
        'ca.crt': guests.cert,
        'later.crt': other.cert,
        'later.key': other.key,
        'elsewhere.crt': elsewhere.cert,
        'elsewhere.key': elsewhere.key,
        'authority.crt': authority.cert,
        'guest.crt': guest.cert,
        'guest.key': guest.key,
        password: `${OLD_PASSWORD}\n`,
      }).map(([name, text]) => write(name, text)),
    );
    redis = await startShipped();
  });

  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  async function startShipped(): Promise<RedisServer> {
    const listens = async (port: number) => {
      const lines = await shippedTls('tls.conf', { certificates: folder, port });
      expect(lines).to.include('tls-auth-clients yes');
      return asArguments(lines);
    };
    const users = await shippedLines('users.acl', OLD_PASSWORD);
    return startRedisServer({ listens, acl: [...users, ADMIN_USER] });
  }

  const open = async (options: Partial<StoreOptions> = {}): Promise<OpenedStore> => {
    const store = await openStore(locationOf(`rediss://curfew@localhost:${redis.port}`), {
      clock: Date.now,
      passwordFile: file('password'),
      caFile: file('authority.crt'),
      certFile: file('guest.crt'),
      keyFile: file('guest.key'),
      secretsRejected: (why) => rejected.push(why),
      ...options,
    });
    stores.push(store);
    return store;
  };
  const faultOf = (store: OpenedStore): Promise<string> =>
    store.inspect().then(
      () => 'none',
      (error: unknown) => String(error),
    );
  const until = (store: OpenedStore, words: RegExp) =>
    eventually(`fault ${words}`, async () => words.test(await faultOf(store)));
  /** Runs these commands as the administrator, and then ends the connections of Curfew. */
  const asAdmin = async (...commands: (readonly [string, ...string[]])[]): Promise<void> => {
    const admin = openAdmin(redis);
    await admin.ping();
    for (const [command, ...args] of commands) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await admin.call(command, ...args);
    }
    await admin.call('CLIENT', 'KILL', 'USER', 'curfew');
    admin.disconnect();
  };

  it('accepts a client with a certificate and the password', async () => {
    await untilUp(await open());
  });

  it('refuses a client without a certificate, or with one of another authority', async () => {
    await until(await open({ certFile: undefined, keyFile: undefined }), /CERTIFICATE_REQUIRED/);
    const foreign = { certFile: file('tls.crt'), keyFile: file('tls.key') };
    await until(await open(foreign), /UNKNOWN_CA/);
  });

  it('is refused by the client if its certificate is for another name', async () => {
    await asAdmin([
      'CONFIG',
      'SET',
      'tls-cert-file',
      file('elsewhere.crt'),
      'tls-key-file',
      file('elsewhere.key'),
    ]);
    await until(await open(), /ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  it('can get another password, the file first', async () => {
    const store = await open();
    await untilUp(store);
    await asAdmin(['ACL', 'SETUSER', 'curfew', `>${NEW_PASSWORD}`]);
    await untilUp(store); // the old password is valid, too
    await write('password', NEW_PASSWORD);
    await asAdmin(['ACL', 'SETUSER', 'curfew', `<${OLD_PASSWORD}`]);
    await untilUp(store);
  });

  it('can get another password before the file, and recovers by itself', async () => {
    const store = await open();
    await untilUp(store);
    await asAdmin(['ACL', 'SETUSER', 'curfew', `>${NEW_PASSWORD}`, `<${OLD_PASSWORD}`]);
    await until(store, /WRONGPASS/);
    await write('password', NEW_PASSWORD);
    await untilUp(store);
  });

  it('can change its authority when the file has it; a broken file changes nothing', async () => {
    const store = await open();
    await untilUp(store);
    const next = ['tls-cert-file', file('later.crt'), 'tls-key-file', file('later.key')];
    await asAdmin(['CONFIG', 'SET', ...next]);
    await until(store, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    await write('authority.crt', 'no certificate');
    await eventually('a word about it', () => rejected.length > 0);
    expect(rejected).to.deep.equal([
      `${file('authority.crt')} does not hold a certificate; it must be a PEM file`,
    ]);
    await write('authority.crt', authority.cert + later.cert);
    await untilUp(store);
  });

  it('is not opened with a certificate and a key that do not belong together', async () => {
    const fault = await open({ keyFile: file('tls.key') }).catch((error: unknown) => error);
    expect(String(fault)).to.match(/guest\.crt and .*tls\.key cannot be used for TLS/);
  });
});
