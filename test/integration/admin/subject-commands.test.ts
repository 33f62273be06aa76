import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import {
  startAdministeredCurfew,
  type AdministeredCurfew,
} from '../../support/admin/administered-curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer, type RedisServer } from '../../support/redis/redis-server.ts';

const POLICY = `version: 1
sources: [{ name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }]
policies: [{ name: default, idle: 1h, absolute: 12h }]
`;
const newCredential = (): string => randomBytes(16).toString('hex');

describe('the commands for subjects', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let curfew: AdministeredCurfew;

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    curfew = await startAdministeredCurfew({ policy: POLICY, store: redis.url });
  });
  after(async () => {
    await curfew?.stop();
    await redis?.stop();
  });

  it('lock a user out until unlocked, whatever the script of the name', async () => {
    const subject = 'Ζωή 王芳 <zoe@example.com>';
    const [before, meanwhile, after] = [newCredential(), newCredential(), newCredential()];
    const register = (credential: string) =>
      curfew.register({ source: 'web', credential, subject });
    expect((await register(before)).status).to.equal(201);
    const locked = await curfew.curfew(['subjects', 'lock', subject, '--reason', 'left', '--yes']);
    expect(locked).to.deep.include({ code: 0, stderr: '' });
    expect(locked.stdout).to.match(/^locked +since \d{4}.*, until it is unlocked\nreason +left\n/);
    expect(locked.stdout).to.match(/^ended +1 session$/m);
    expect(await curfew.reasonOf(`sid=${before}`)).to.equal('subject_locked');
    const refused = await register(meanwhile);
    expect(refused.status).to.equal(409);
    expect(refused.body).to.contain('subject_locked');
    const shown = await curfew.curfew(['subjects', 'show', subject], { as: 'desk' });
    expect(shown.stdout).to.match(/^locked +since .*, until it is unlocked$/m);
    expect(shown.stdout).to.match(/^live +none$/m);

    const unlocked = await curfew.curfew(['subjects', 'unlock', subject, '--reason', 'is back']);
    expect(unlocked).to.deep.include({ code: 0, stderr: '' });
    expect(unlocked.stdout).to.match(/^locked +no$/m);
    expect(await curfew.reasonOf(`sid=${before}`)).to.equal('subject_locked');
    expect((await register(after)).status).to.equal(201);
    expect(await curfew.reasonOf(`sid=${after}`)).to.equal('ok');
    const again = await curfew.curfew(['subjects', 'show', subject]);
    expect(again.stdout).to.match(/^locked +no$/m);
    expect(again.stdout).to.match(/^live +1 session\n\nSESSION /m);
  });

  it('lock a user out for a time', async () => {
    const { code, stdout } = await curfew.curfew([
      'subjects',
      'lock',
      'bo',
      '--for',
      '8h',
      '--yes',
    ]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^locked .* until \d{4}.*\(in (8 h|7 h 59 min)\)$/m);
    expect(stdout).to.match(/^ended +0 sessions$/m);
  });

  it('print the documents of the server for programs', async () => {
    const commands = [
      ['subjects', 'lock', 'cy', '--for', '1m', '--yes', '--json'],
      ['subjects', 'show', 'cy', '--json'],
      ['subjects', 'unlock', 'cy', '--json'],
    ];
    const locked: unknown[] = [];
    for (const words of commands) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { stdout } = await curfew.curfew(words);
      locked.push((JSON.parse(stdout) as { subject: { locked: boolean } }).subject.locked);
    }
    expect(locked).to.deep.equal([true, true, false]);
  });

  it('show what a lock would end, and lock nothing without a confirmation', async () => {
    const credential = newCredential();
    await curfew.register({ source: 'web', credential, subject: 'di' });
    const { code, stdout, stderr } = await curfew.curfew(['subjects', 'lock', 'di']);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(/^SESSION .*\n[\w-]{12} .*\nA lock ends every live session/);
    expect(stderr).to.match(/nothing was locked; add --yes to confirm\n$/);
    expect(await curfew.reasonOf(`sid=${credential}`)).to.equal('ok');
  });

  it('refuse a span that is not a duration', async () => {
    const { code, stderr } = await curfew.curfew(['subjects', 'lock', 'ed', '--for', 'a while']);
    expect(stderr).to.match(/--for is not a duration; write it as 8h/);
    expect(code).to.equal(2);
  });
});
