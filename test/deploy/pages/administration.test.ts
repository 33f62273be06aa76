import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstTag, startPageReader, type PageReader } from '../../support/admin/page-reader.ts';
import { readPage } from '../../support/pages/page.ts';
import {
  redisServerOrSkip,
  debianProgramOrSkip,
} from '../../support/programs/provision-or-skip.ts';
import { startRedisServer, type RedisServer } from '../../support/redis/redis-server.ts';

const newCredential = (): string => randomBytes(16).toString('hex');

// Every block of the page, in its order, on a real Redis. The reader types what stands there.
describe('the page on administration', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let reader: PageReader;
  let credential: string;
  let tag: string;

  before(async function () {
    await redisServerOrSkip(this);
    await debianProgramOrSkip(this, 'curl', 'curl');
    redis = await startRedisServer();
    reader = await startPageReader(redis.url);
    credential = /"credential": "(\w+)"/.exec(reader.page.block('register'))?.[1] ?? '';
  });
  after(async () => {
    await reader?.stop();
    await redis?.stop();
  });

  it('runs all of its shell blocks here', () => {
    const blocks = reader.page.text.match(/^ *```sh$/gm)?.length;
    const named = [...reader.page.text.matchAll(/<!-- test: (\S+) -->/g)].map(([, name]) => name);
    expect(named).to.have.length(blocks ?? 0);
    expect(named).to.deep.equal([
      'tokens',
      'serve',
      'client',
      'register',
      'issuer-end',
      'find',
      'show',
      'end',
      'lock',
    ]);
  });

  it('writes tokens that only the reader can read', async () => {
    for (const name of ['admin.tokens', 'login.token', 'ops.token', 'desk.token', 'login.header']) {
      // oxlint-disable-next-line no-await-in-loop -- five
      expect((await stat(join(reader.folder, name))).mode & 0o077, name).to.equal(0);
    }
  });

  it('registers a session, and may repeat it', async () => {
    const first = JSON.parse(await reader.ran(reader.page.block('register'))) as object;
    expect(first).to.include({ state: 'live', source: 'web' });
    expect(first).to.deep.include({ limits: { absolute: '8h' } });
    const again = JSON.parse(await reader.ran(reader.page.block('register'))) as object;
    expect(again).to.have.property('session', (first as { session: string }).session);
    expect(await reader.reasonOf(credential)).to.equal('ok');
  });

  it('ends a session by its credential, also one that was never seen', async () => {
    const block = reader.page.block('issuer-end');
    expect(JSON.parse(await reader.ran(block))).to.include({ ended: 1, was_unknown: true });
    const unseen = /"credential": "(\w+)"/.exec(block)?.[1] ?? '';
    expect(await reader.reasonOf(unseen)).to.equal('signed_out');
  });

  it('finds it by its user and by its credential, and shows it', async () => {
    await writeFile(join(reader.folder, 'cookie.txt'), `${credential}\n`);
    const found = await reader.ran(reader.page.block('find'));
    tag = firstTag(found);
    expect(found).to.match(new RegExp(`^session +${tag}[\\w-]{31}$`, 'm'));
    expect(found).to.match(/^own limits +absolute 8h$/m);
    const shown = await reader.ran(reader.page.block('show').replace('TAG', tag));
    expect(shown).to.match(/^POLICY +MODE +IDLE DEADLINE +ABSOLUTE DEADLINE\npayments +enforce /m);
  });

  it('ends one session, all but one, and all, each after a look at them', async () => {
    const [one = '', butOne = '', all = ''] = reader.page.block('end').trim().split('\n');
    expect(await reader.ran(one.replace('TAG', tag))).to.match(/^ended +1 session$/m);
    expect(await reader.reasonOf(credential)).to.equal('revoked');
    expect(reader.log()).to.contain('ticket 4711');

    const [laptop, phone, here] = [newCredential(), newCredential(), newCredential()];
    for (const each of [laptop, phone, here]) {
      // oxlint-disable-next-line no-await-in-loop -- the order counts
      await reader.register(each);
    }
    const newest = firstTag(await reader.ran('curfew sessions list --subject ann'));
    const shown = await reader.confirmed(butOne.replace('TAG', newest));
    expect(shown).to.match(/This would end 2 sessions\.\nType yes to confirm: yes\nended +2 /);
    expect(await reader.reasonOf(laptop)).to.equal('revoked');
    expect(await reader.reasonOf(here)).to.equal('ok');
    expect(await reader.confirmed(all)).to.match(/This would end 1 session\.\n/);
    expect(await reader.reasonOf(here)).to.equal('revoked');
  });

  it('locks a user out, and lets the user in again', async () => {
    const [lock = '', ...rest] = reader.page.block('lock').trim().split('\n');
    const [before, meanwhile, after] = [newCredential(), newCredential(), newCredential()];
    await reader.register(before);
    expect(await reader.ran(lock)).to.match(/^locked .*\(in (30 d|29 d 23 h)\)$/m);
    expect(await reader.reasonOf(before)).to.equal('subject_locked');
    expect(await reader.register(meanwhile)).to.contain('subject_locked');
    expect(await reader.ran(rest.join('\n'))).to.match(/^live +none$[^]*^locked +no$/m);
    await reader.register(after);
    expect(await reader.reasonOf(after)).to.equal('ok');
  });

  it('has exit codes that the commands know, and no other', async () => {
    const rows = [...reader.page.text.matchAll(/^\| (\d) +\| /gm)].map(([, code]) => code);
    const help = await reader.ran('curfew sessions --help');
    expect([...help.matchAll(/^ {2}(\d) {2}/gm)].map(([, code]) => code)).to.deep.equal(rows);
  });

  it('is what the README shows in two lines', async () => {
    const readme = await readPage('README.md');
    const [list = '', end = ''] = readme.block('administration').trim().split('\n');
    const here = newCredential();
    await reader.register(here);
    expect(firstTag(await reader.ran(list))).to.match(/^[\w-]{12}$/);
    await reader.confirmed(end);
    expect(await reader.reasonOf(here)).to.equal('revoked');
  });

  it('leaves no credential and no token in the log', async () => {
    const tokens = await reader.ran('cat login.token ops.token desk.token');
    for (const secret of [credential, ...tokens.trim().split('\n')]) {
      expect(reader.log()).to.not.contain(secret);
    }
  });
});
