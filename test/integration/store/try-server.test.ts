import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { tryServer } from '../../../src/store/redis/connection/try-server.ts';
import type { TriedServer } from '../../../src/store/redis/connection/try-server.ts';
import { freePort } from '../../support/network/free-port.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { ADMIN_USER } from '../../support/redis/test-users.ts';
import { openAdmin } from '../../support/store/store-world.ts';

const HOST = '127.0.0.1';
const ACL = ['user default off', 'user curfew on >canary ~* &* +@all', ADMIN_USER];

describe('tryServer', function () {
  this.timeout(20_000);
  let plain: RedisServer;
  let encrypted: RedisServer;

  before(async function () {
    await redisServerOrSkip(this);
    plain = await startRedisServer({ acl: ACL });
    encrypted = await startRedisServer({ acl: ACL, tls: true });
  });
  after(() => Promise.all([plain, encrypted].map((server) => server?.stop())));

  interface Wish {
    readonly password?: string;
    readonly ca?: string | undefined;
  }

  const tried = (port: number, { password = 'canary', ca }: Wish = {}): TriedServer => ({
    address: { host: HOST, port },
    secrets: {
      password,
      secureContext: ca === undefined ? undefined : createSecureContext({ ca }),
    },
    greeting: {
      username: 'curfew',
      password,
      database: 0,
      scheme: { kind: 'sentinel', isEncrypted: ca !== undefined },
    },
  });
  const never = (): AbortSignal => new AbortController().signal;

  it('finds a primary that lets us log in, with TLS, too', async () => {
    expect(await tryServer(tried(plain.port), never())).to.equal(true);
    expect(await tryServer(tried(encrypted.port, { ca: encrypted.ca }), never())).to.equal(true);
  });

  it('finds nothing to use at a replica, with a wrong password, or where nothing listens', async () => {
    expect(await tryServer(tried(plain.port, { password: 'wrong' }), never())).to.equal(false);
    expect(await tryServer(tried(await freePort()), never())).to.equal(false);
    expect(await tryServer(tried(encrypted.port), never()), 'without TLS').to.equal(false);
    expect(await tryServer(tried(plain.port, { ca: encrypted.ca }), never())).to.equal(false);
    const admin = openAdmin(plain);
    await admin.replicaof(HOST, await freePort());
    expect(await tryServer(tried(plain.port), never())).to.equal(false);
    await admin.replicaof('NO', 'ONE');
    admin.disconnect();
  });

  it('gives up on a server that is silent, and at once when it is to stop', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, HOST);
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    expect(await tryServer(tried(port), never())).to.equal(false);
    expect(await tryServer(tried(port, { ca: encrypted.ca }), never())).to.equal(false);
    const stop = new AbortController();
    const answer = tryServer(tried(port), stop.signal);
    stop.abort();
    expect(await answer).to.equal(false);
    expect(await tryServer(tried(plain.port), stop.signal)).to.equal(false);
    silent.close();
    await once(silent, 'close');
  });
});
