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
policies:
  - { name: payments, match: [{ path: /payments }], idle: 5m, absolute: 8h, mode: observe }
  - { name: default, idle: 1h, absolute: 12h }
`;
const newCredential = (): string => randomBytes(16).toString('hex');

describe('the commands for sessions', function () {
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

  /** Registers sessions of this user, one after the other; their credentials. */
  async function sessionsOf(subject: string, count: number): Promise<readonly string[]> {
    const credentials = Array.from({ length: count }, newCredential);
    for (const credential of credentials) {
      // oxlint-disable-next-line no-await-in-loop -- the order counts
      expect((await curfew.register({ source: 'web', credential, subject })).status).to.equal(201);
    }
    return credentials;
  }

  const answer = async (words: readonly string[], input = '') => {
    const { code, stdout, stderr } = await curfew.curfew(words, { input });
    return { code, text: `${stdout}${stderr}`, lines: stdout.trimEnd().split('\n') };
  };

  it('list the sessions of a user, the newest first, page by page', async () => {
    await sessionsOf('ann', 3);
    const { code, lines } = await answer(['sessions', 'list', '--subject', 'ann']);
    expect(code).to.equal(0);
    expect(lines).to.have.length(4);
    expect(lines[0]).to.match(/^SESSION +SOURCE +STATE +STARTED +LAST ACTIVITY OR END$/);
    expect(lines[1]).to.match(
      /^[\w-]{12} {2}web {5}live {3}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \(.*\)/,
    );
    const first = await answer(['sessions', 'list', '--subject', 'ann', '--limit', '2']);
    expect(first.lines.slice(1)).to.have.length(2);
    const cursor = /--cursor (\S+)/.exec(first.text)?.[1] ?? '';
    const rest = ['--subject', 'ann', '--limit', '2', '--cursor', cursor];
    const second = await answer(['sessions', 'list', ...rest]);
    const tags = [...first.lines.slice(1), ...second.lines.slice(1)].map((line) =>
      line.slice(0, 12),
    );
    expect(tags).to.deep.equal(lines.slice(1).map((line) => line.slice(0, 12)));
    expect(second.text).to.not.contain('--cursor');
  });

  it('list the sessions of a source', async () => {
    await sessionsOf('otto', 1);
    const { code, lines } = await answer(['sessions', 'list', '--source', 'web']);
    expect(code).to.equal(0);
    expect(lines.length).to.be.above(1);
  });

  it('say that there are none', async () => {
    const { code, text } = await answer(['sessions', 'list', '--subject', 'nils']);
    expect({ code, text }).to.deep.equal({ code: 0, text: 'no session of this subject\n' });
  });

  it('find a session by its credential, and show it by tag and by handle', async () => {
    const [credential = ''] = await sessionsOf('bea', 1);
    const found = await answer(['sessions', 'find', '--source', 'web'], `${credential}\n`);
    expect(found.code).to.equal(0);
    expect(found.text).to.match(/^session +[\w-]{43}\nstate +live\nsource +web\n/);
    expect(found.text).to.match(/^POLICY +MODE +IDLE DEADLINE +ABSOLUTE DEADLINE$/m);
    expect(found.text).to.match(/^payments +observe +.*\(in [45] min.*\) +.*\(in (8|7) h.*\)$/m);
    expect(found.text).to.not.contain(credential);
    const handle = /[\w-]{43}/.exec(found.text)?.[0] ?? '';
    for (const name of [handle, handle.slice(0, 12)]) {
      // oxlint-disable-next-line no-await-in-loop -- two
      const { code, text } = await answer(['sessions', 'show', name]);
      expect(code).to.equal(0);
      expect(text).to.contain(handle);
    }
  });

  it('say that there is no such session', async () => {
    for (const [words, input] of [
      [['sessions', 'show', 'AAAAAAAAAAAA'], ''],
      [['sessions', 'find', '--source', 'web'], newCredential()],
      [['sessions', 'end', 'AAAAAAAAAAAA'], ''],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- three
      const { code, text } = await answer(words, input);
      expect(text).to.contain('There is no such session');
      expect(code).to.equal(1);
    }
  });

  it('end one session, and no other', async () => {
    const [one = '', other = ''] = await sessionsOf('cleo', 2);
    expect(await curfew.reasonOf(`sid=${one}`)).to.equal('ok');
    const found = await answer(['sessions', 'find', '--source', 'web'], one);
    const tag = /[\w-]{12}/.exec(found.lines[0]?.slice(7) ?? '')?.[0] ?? '';
    const dry = await answer(['sessions', 'end', tag, '--dry-run']);
    expect(dry).to.deep.include({ code: 0, text: 'This would end 1 session.\n' });
    expect(await curfew.reasonOf(`sid=${one}`)).to.equal('ok');
    const ended = await answer(['sessions', 'end', tag, '--reason', 'ticket 4711']);
    expect(ended.code).to.equal(0);
    expect(ended.text).to.match(/^ended +1 session\nenforced +on every replica within 1s\n/);
    expect(ended.text).to.match(/^durable +there is no replica of Redis to wait for$/m);
    expect(await curfew.reasonOf(`sid=${one}`)).to.equal('revoked');
    expect(await curfew.reasonOf(`sid=${other}`)).to.equal('ok');
    const again = await answer(['sessions', 'end', tag]);
    expect(again.code).to.equal(0);
    expect(again.text).to.match(/^ended +before: ended by an operator or a program, \d{4}/);
    expect(curfew.process.log()).to.contain('ticket 4711');
  });

  it('end the session of a credential, also of one that was never seen', async () => {
    const [credential = ''] = await sessionsOf('dora', 1);
    const words = ['sessions', 'end', '--source', 'web'];
    expect((await answer(words, credential)).text).to.match(/^ended +1 session$/m);
    expect(await curfew.reasonOf(`sid=${credential}`)).to.equal('revoked');
    const unseen = newCredential();
    expect((await answer(words, unseen)).text).to.match(/^ended +it had no session yet/);
    expect(await curfew.reasonOf(`sid=${unseen}`)).to.equal('revoked');
  });

  it('end all sessions of a user only after they were shown and confirmed', async () => {
    const credentials = await sessionsOf('emil', 3);
    const words = ['sessions', 'end', '--subject', 'emil'];
    const asked = await answer(words);
    expect(asked.code).to.equal(1);
    expect(asked.text).to.match(
      /This would end 3 sessions\.\ncurfew: nothing was ended; add --yes/,
    );
    const dry = await answer([...words, '--dry-run']);
    expect(dry.code).to.equal(0);
    expect(dry.lines).to.have.length(5);
    expect(await curfew.reasonOf(`sid=${credentials[0]}`)).to.equal('ok');
    const done = await answer([...words, '--yes']);
    expect(done.code).to.equal(0);
    expect(done.text).to.match(/^ended +3 sessions$/m);
    for (const credential of credentials) {
      // oxlint-disable-next-line no-await-in-loop -- three
      expect(await curfew.reasonOf(`sid=${credential}`)).to.equal('revoked');
    }
  });

  it('end the sessions of a user who has none, on request', async () => {
    const words = ['sessions', 'end', '--subject', 'nils'];
    const asked = await answer(words);
    expect(asked).to.deep.include({ code: 1 });
    expect(asked.text).to.match(/^No session is live\. .*\ncurfew: nothing was ended/);
    const done = await answer([...words, '--yes']);
    expect(done).to.deep.include({ code: 0 });
    expect(done.text)
      .to.match(/^ended +0 sessions$/m)
      .and.not.contain('open streams');
  });

  it('end all sessions of a user but one', async () => {
    const [old = '', mid = '', here = ''] = await sessionsOf('frida', 3);
    const list = await answer(['sessions', 'list', '--subject', 'frida']);
    const newest = list.lines[1]?.slice(0, 12) ?? '';
    const words = ['sessions', 'end', '--subject', 'frida', '--except', newest, '--yes'];
    const { code, text } = await answer(words);
    expect(code).to.equal(0);
    expect(text).to.match(/This would end 2 sessions\.\nended +2 sessions$|^ended +2 sessions$/m);
    const reasons = await Promise.all([old, mid, here].map((one) => curfew.reasonOf(`sid=${one}`)));
    expect(reasons).to.deep.equal(['revoked', 'revoked', 'ok']);
  });

  it('print the documents of the server for programs', async () => {
    const [credential = ''] = await sessionsOf('gus', 1);
    const found = await answer(['sessions', 'find', '--source', 'web', '--json'], credential);
    expect(JSON.parse(found.text)).to.include({ source: 'web', state: 'live' });
    const list = await answer(['sessions', 'list', '--subject', 'gus', '--json']);
    expect(JSON.parse(list.text)).to.have.property('sessions').with.length(1);
    const dry = await answer(['sessions', 'end', '--subject', 'gus', '--dry-run', '--json']);
    expect(JSON.parse(dry.text)).to.include({ count: 1 });
    const { stdout } = await curfew.curfew([
      'sessions',
      'end',
      '--subject',
      'gus',
      '--yes',
      '--json',
    ]);
    expect(JSON.parse(stdout)).to.include({ ended: 1, durable: false });
    const status = await answer(['status', '--json']);
    expect(JSON.parse(status.text)).to.include({ ready: true });
  });

  it('keep to the role of the caller', async () => {
    const list = await curfew.curfew(['sessions', 'list', '--subject', 'ann'], { as: 'desk' });
    expect(list.code).to.equal(0);
    const end = await curfew.curfew(['sessions', 'end', 'AAAAAAAAAAAA'], { as: 'desk' });
    expect(end.code).to.equal(1);
    expect(end.stderr).to.match(/hint: ask for a token whose role may do this/);
  });
});

describe('a credential as an argument', function () {
  this.timeout(60_000);
  const SECRET = '0123456789abcdef0123456789abcdef';
  let curfew: AdministeredCurfew;
  before(async () => {
    curfew = await startAdministeredCurfew({ policy: POLICY });
  });
  after(() => curfew?.stop());

  for (const words of [
    ['sessions', 'find', '--source', 'web', SECRET],
    ['sessions', 'find', '--source', 'web', '--credential', SECRET],
    ['sessions', 'find', '--source', 'web', `--credential=${SECRET}`],
    ['sessions', 'find', '--source', 'web', `--sid=${SECRET}`],
    ['sessions', 'show', SECRET],
    ['sessions', 'end', SECRET],
    ['sessions', 'end', '--subject', 'ann', '--except', SECRET],
    ['sessions', 'list', '--subject', 'ann', '--token', SECRET],
    ['subjects', 'lock', 'ann', SECRET],
  ]) {
    it(`is refused without being repeated or sent: ${words.join(' ').replace(SECRET, '…')}`, async () => {
      const { code, stdout, stderr } = await curfew.curfew(words);
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr).to.match(
        /must not be an argument|too many arguments|not the name of a session|unknown option '--sid=…'/,
      );
      expect(stderr).to.not.contain(SECRET);
      expect(curfew.process.log()).to.not.contain(SECRET);
    });
  }
});
