import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstTag, startPageReader, type PageReader } from '../../support/admin/page-reader.ts';
import { readPage, type Page } from '../../support/pages/page.ts';
import {
  debianProgramOrSkip,
  redisServerOrSkip,
} from '../../support/programs/provision-or-skip.ts';
import { startRedisServer, type RedisServer } from '../../support/redis/redis-server.ts';

// The chapters of the runbook about people, typed by an operator as they stand there.
describe('the runbook', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let operator: PageReader;
  let runbook: Page;

  before(async function () {
    await redisServerOrSkip(this);
    await debianProgramOrSkip(this, 'curl', 'curl');
    redis = await startRedisServer();
    operator = await startPageReader(redis.url);
    runbook = await readPage('deploy/runbook.md');
  });
  after(async () => {
    await operator?.stop();
    await redis?.stop();
  });

  /** The newest last. */
  async function sessionsOfAnn(count: number): Promise<readonly string[]> {
    const credentials = Array.from({ length: count }, () => randomBytes(16).toString('hex'));
    for (const credential of credentials) {
      // oxlint-disable-next-line no-await-in-loop -- the order counts
      await operator.register(credential);
    }
    return credentials;
  }
  const reasonsOf = (credentials: readonly string[]): Promise<readonly string[]> =>
    Promise.all(credentials.map((credential) => operator.reasonOf(credential)));

  it('kicks out a user', async () => {
    const credentials = await sessionsOfAnn(2);
    const [list = '', end = ''] = runbook.block('kick-out').trim().split('\n');
    expect((await operator.ran(list)).trimEnd().split('\n')).to.have.length(3);
    expect(await operator.confirmed(end)).to.match(/^ended +2 sessions\nenforced +on every/m);
    expect(await reasonsOf(credentials)).to.deep.equal(['revoked', 'revoked']);
    const [again = ''] = await sessionsOfAnn(1);
    expect(await operator.reasonOf(again), 'the user can log in again').to.equal('ok');
  });

  it('kicks out the user of a cookie', async () => {
    const [credential = ''] = await sessionsOfAnn(1);
    await writeFile(join(operator.folder, 'cookie.txt'), credential);
    const [find = '', end = ''] = runbook.block('kick-out-one').trim().split('\n');
    const tag = /^session +([\w-]{12})/m.exec(await operator.ran(find))?.[1] ?? '';
    expect(await operator.ran(end.replace('TAG', tag))).to.match(/^ended +1 session$/m);
    expect(await operator.reasonOf(credential)).to.equal('revoked');
  });

  it('locks out a leaver, and takes the lock off', async () => {
    const [before = ''] = await sessionsOfAnn(1);
    const shown = await operator.ran(runbook.block('leaver'));
    expect(shown).to.match(/^locked .*until it is unlocked\nreason +left the company$/m);
    expect(shown).to.match(/^live +none$/m);
    expect(await operator.reasonOf(before)).to.equal('subject_locked');
    expect(await operator.register(randomBytes(16).toString('hex'))).to.contain('subject_locked');
    await operator.ran(runbook.block('leaver-back'));
    const [after = ''] = await sessionsOfAnn(1);
    expect(await reasonsOf([before, after])).to.deep.equal(['subject_locked', 'ok']);
  });

  it('stops a stolen laptop at once, and lets the user in again', async () => {
    const [laptop = ''] = await sessionsOfAnn(1);
    const lock = await operator.ran(runbook.block('stolen-lock'));
    expect(lock).to.match(/^locked .*\(in (1 h|59 min.*)\)$/m);
    expect(await operator.reasonOf(laptop)).to.equal('subject_locked');
    await operator.ran(runbook.block('stolen-unlock'));
    const [after = ''] = await sessionsOfAnn(1);
    expect(await reasonsOf([laptop, after])).to.deep.equal(['subject_locked', 'ok']);
  });

  it('ends all sessions but the one on the device at hand', async () => {
    const [laptop = '', phone = ''] = await sessionsOfAnn(2);
    const [list = '', end = ''] = runbook.block('stolen-except').trim().split('\n');
    const newest = firstTag(await operator.ran(list));
    await operator.ran(end.replace('TAG', newest));
    expect(await reasonsOf([laptop, phone])).to.deep.equal(['revoked', 'ok']);
  });
});
