import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import {
  startAdministeredCurfew,
  type AdministeredCurfew,
} from '../../support/admin/administered-curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer, type RedisServer } from '../../support/redis/redis-server.ts';
import { ageMarks, markKey, markKeys } from '../../support/store/marked-replica.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICY = `version: 1
on_store_loss: fence
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: app, header: x-app, opening: registered }
policies:
  - { name: seen, match: [{ path: /seen }], idle: 1h, absolute: 12h, mode: observe }
  - { name: default, idle: 1h, absolute: 12h }
`;
const NO_VERDICT =
  'store_unavailable: the store refused: FENCED (it has lost data, or is new; see curfew store show)';
/** A turn of the sweeper is at most a few seconds away; a busy machine takes longer. */
const NOTICED_MAX_MS = 20_000;
const newCookie = (): string => `sid=${randomBytes(16).toString('hex')}`;

describe('the commands for a store that has lost data', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let admin: Redis;
  let curfew: AdministeredCurfew;

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    admin = new Redis(redis.port, redis.host);
    admin.on('error', () => undefined); // it is killed below
    const flags = ['--decision-budget=2s'];
    curfew = await startAdministeredCurfew({ policy: POLICY, store: redis.url, flags });
  });
  after(async () => {
    await curfew?.stop();
    admin?.disconnect();
    await redis?.stop();
  });

  const store = async (...words: readonly string[]) => curfew.curfew(['store', ...words]);
  const json = async () => {
    const { stdout } = await store('show', '--json');
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  };
  const fenced = async (): Promise<string> =>
    /^curfew_store_fenced_partitions (\d+)$/m.exec(await curfew.process.metrics())?.[1] ?? '';

  it('mark a new installation, which opens no session before', async () => {
    expect(await curfew.reasonOf(newCookie())).to.equal(NO_VERDICT);
    await eventually('the fence', async () => (await fenced()) === '256', NOTICED_MAX_MS);
    expect(curfew.process.log()).to.contain('store_fenced').and.not.contain('store_lost');
    const shown = await curfew.curfew(['store', 'show'], { as: 'desk' });
    expect(shown).to.deep.include({ code: 0, stderr: '' });
    expect(shown.stdout).to.match(/^store +new, or has lost everything: no partition is marked$/m);
    expect(shown.stdout).to.match(/^unknown +opaque credentials get no verdict$/m);
    const status = await curfew.curfew(['status']);
    expect(status.stdout).to.match(/^data +new, or has lost everything.*; see curfew store show$/m);

    const refused = await curfew.curfew(['store', 'init'], { as: 'desk' });
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('this needs the role operator');
    const done = await store('init', '--reason', 'first day');
    expect(done).to.deep.include({ code: 0, stderr: '' });
    expect(done.stdout).to.match(/^changed +256 partitions\nstore +whole/);
    expect(await curfew.reasonOf(newCookie())).to.equal('ok');
    const again = await store('init');
    expect(again.code).to.equal(0);
    expect(again.stdout).to.match(/^changed +0 partitions$/m);
    expect((await curfew.curfew(['status'])).stdout).to.not.match(/^data/m);
    expect(curfew.process.log()).to.match(
      /"call":"init_store","actor":"ops".*"result":"ok".*"reason":"first day"/,
    );
  });

  it('accept a loss, which is refused until then, but not to observing policies', async () => {
    // As of an installation of some minutes, which the replica then sees on a new connection.
    await ageMarks(admin, 300_000);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('no fence', async () => (await fenced()) === '0', NOTICED_MAX_MS);
    const cookie = newCookie();
    await eventually('a verdict', async () => (await curfew.reasonOf(cookie)) === 'ok');

    await redis.kill();
    await redis.restart();
    await eventually(
      'the loss',
      async () => (await curfew.process.metrics()).includes('curfew_store_lost_total 256'),
      NOTICED_MAX_MS,
    );
    expect(curfew.process.log()).to.match(/"event":"store_lost","partitions":256,"noticed_at":/);
    expect(await curfew.reasonOf(cookie)).to.equal(NO_VERDICT);
    expect(await curfew.reasonOf(newCookie(), '/seen')).to.equal('store_unavailable');
    const registered = await curfew.register({ source: 'web', credential: 'a'.repeat(32) });
    expect(registered.status).to.equal(201);
    expect(await json()).to.deep.include({ lost: 256, unmarked: 0, refusing: 256 });

    const init = await store('init');
    expect(init.code).to.equal(1);
    expect(init.stderr).to.contain('256 of 256 partitions have lost data');
    const unconfirmed = await store('accept-loss');
    expect(unconfirmed.code).to.equal(1);
    expect(unconfirmed.stdout).to.equal('');
    expect(unconfirmed.stderr)
      .to.match(/^lost +everything$/m)
      .and.contain('curfew: nothing was accepted; add --yes to confirm');
    expect(await curfew.reasonOf(cookie)).to.equal(NO_VERDICT);

    const accepted = await store('accept-loss', '--yes', '--reason', 'disk lost');
    expect(accepted).to.deep.include({ code: 0, stderr: '' });
    expect(accepted.stdout).to.match(/^changed +256 partitions\nstore +whole/);
    expect(accepted.stdout).to.match(/^last loss +256 of 256 partitions$/m);
    expect(await curfew.reasonOf(cookie)).to.equal('ok');
    expect(curfew.process.log()).to.match(/"call":"accept_store_loss","actor":"ops"/);
  });

  it('do not take a store for new if a part of it is marked', async () => {
    expect(await markKeys(admin)).to.have.lengthOf(256);
    await admin.del(markKey(0));
    const init = await store('init');
    expect(init.code).to.equal(1);
    expect(init.stderr).to.contain('1 of 256 partitions have no mark, and the others have one');
    const accepted = await store('accept-loss', '--yes', '--json');
    expect(JSON.parse(accepted.stdout)).to.include({ changed: 1 });
  });

  it('answer without the store with exit code 4', async () => {
    redis.pause();
    try {
      for (const words of [['show'], ['init'], ['accept-loss', '--yes']]) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await store(...words)).code).to.equal(4);
      }
    } finally {
      redis.resume();
    }
  });
});

describe('the commands for the store in memory', function () {
  this.timeout(60_000);

  it('say that it has no marks, and the log that a fence has no effect', async () => {
    const curfew = await startAdministeredCurfew({ policy: POLICY });
    try {
      expect(curfew.process.log()).to.contain('fence_without_effect');
      expect(await curfew.reasonOf(newCookie())).to.equal('ok');
      for (const words of [['show'], ['init'], ['accept-loss', '--yes']]) {
        // oxlint-disable-next-line no-await-in-loop
        const { code, stdout } = await curfew.curfew(['store', ...words]);
        expect(code).to.equal(0);
        expect(stdout).to.match(/^store +in memory: gone with its process$/m);
      }
    } finally {
      await curfew.stop();
    }
  });
});
