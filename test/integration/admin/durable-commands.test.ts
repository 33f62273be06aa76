import { expect } from 'chai';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import {
  startAdministeredCurfew,
  type AdministeredCurfew,
} from '../../support/admin/administered-curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer, type RedisServer } from '../../support/redis/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICY = `version: 1
sources: [{ name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }]
policies: [{ name: default, idle: 1h, absolute: 12h }]
`;

describe('commands that end, with a replica of Redis', function () {
  this.timeout(40_000);
  let primary: RedisServer;
  let replica: RedisServer;
  let curfew: AdministeredCurfew;

  before(async function () {
    await redisServerOrSkip(this);
    primary = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
    replica = await startRedisServer({
      args: ['--replicaof', primary.host, String(primary.port)],
    });
    const admin = new Redis(primary.socketPath, { lazyConnect: true });
    await eventually('a replica with the data', async () =>
      (await admin.info('replication')).includes('state=online'),
    );
    admin.disconnect();
    curfew = await startAdministeredCurfew({ policy: POLICY, store: primary.url });
  });
  after(async () => {
    await curfew?.stop();
    await Promise.all([replica?.stop(), primary?.stop()]);
  });

  it('say that an end is durable, or that it is not yet, and until when to repeat it', async () => {
    const credential = randomBytes(16).toString('hex');
    await curfew.register({ source: 'web', credential, subject: 'ann' });
    replica.pause();
    const words = ['sessions', 'end', '--source', 'web'];
    const accepted = await curfew.curfew(words, { input: credential });
    expect(accepted.stdout).to.match(/^durable +not yet: a failover of Redis now could undo it/m);
    expect(accepted.code).to.equal(3);
    expect(await curfew.reasonOf(`sid=${credential}`)).to.equal('revoked');
    replica.resume();
    const again = await curfew.curfew(words, { input: credential });
    expect(again.stdout).to.match(/^ended +before: .*\n.*\ndurable +yes, every replica of Redis/m);
    expect(again.code).to.equal(0);
  });

  it('say the same of a lock', async () => {
    replica.pause();
    const words = ['subjects', 'lock', 'ann', '--yes'];
    const accepted = await curfew.curfew(words);
    expect(accepted.stdout).to.match(/^durable +not yet/m);
    expect(accepted.code).to.equal(3);
    replica.resume();
    const again = await curfew.curfew(words);
    expect(again.stdout).to.match(/^durable +yes/m);
    expect(again.code).to.equal(0);
  });

  it('say that the store cannot be asked', async () => {
    primary.pause();
    const { code, stderr } = await curfew.curfew(['sessions', 'list', '--subject', 'ann']);
    primary.resume();
    expect(stderr).to.match(/The store cannot be asked at the moment.*\n {2}hint: try again/);
    expect(code).to.equal(4);
  });
});
