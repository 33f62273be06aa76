import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_SERVERS } from '../../../tools/store-servers.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { ADMIN_USER } from '../../support/redis/test-users.ts';
import { GUARDED_PASSWORD, openAdmin, openAsCurfew } from '../../support/store/store-world.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const users = readFileSync(join(ROOT, 'deploy', 'redis', 'users.acl'), 'utf8')
  .replace('CHANGE-ME', GUARDED_PASSWORD)
  .trim()
  .split('\n');
const permissions = [...(users.find((line) => line.includes('curfew')) ?? '').matchAll(/\+(\w+)/g)]
  .map(([, command = '']) => command)
  .toSorted();

for (const name of STORE_SERVERS) {
  describe(`the permissions of Curfew's user on ${name}`, () => {
    let server: RedisServer;

    before(async function () {
      const bin = await redisServerOrSkip(this, name);
      server = await startRedisServer({ bin, acl: [...users, ADMIN_USER] });
    });
    after(async () => server?.stop());

    /** What Curfew says before it is ready, while its user lacks this command. */
    const saidWithout = async (command: string): Promise<string> => {
      const admin = openAdmin(server);
      await admin.acl('SETUSER', 'curfew', `-${command}`);
      const opened = await openAsCurfew(server, { wait: false, commandTimeoutMs: 5_000 });
      try {
        for (;;) {
          // oxlint-disable-next-line no-await-in-loop -- until there is a connection, or a refusal
          const said = await opened.tryPermissions().then(
            (warnings) => warnings.map(({ text }) => text).join(),
            (fault: Error) => fault.message,
          );
          if (!said.includes('not connected yet')) return said;
          // oxlint-disable-next-line no-await-in-loop
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        await opened.close();
        await admin.acl('SETUSER', 'curfew', `+${command}`);
        admin.disconnect();
      }
    };

    // What needs `ssubscribe` is known when it is needed (see ends-are-heard.test.ts).
    for (const command of permissions.filter((each) => each !== 'ssubscribe')) {
      it(`are missed and named: ${command}`, async () => {
        expect(await saidWithout(command)).to.contain(`the ACL user may not run ${command}`);
      });
    }

    it('are all that it needs, and trying them writes nothing', async () => {
      const admin = openAdmin(server);
      await admin.flushall();
      await admin.acl('LOG', 'RESET');
      const opened = await openAsCurfew(server, { commandTimeoutMs: 5_000 });
      expect(await opened.tryPermissions()).to.deep.equal([]);
      expect(await admin.dbsize()).to.equal(0);
      expect(await admin.acl('LOG')).to.deep.equal([]);
      await opened.close();
      admin.disconnect();
    });
  });
}

describe('the trial of permissions', () => {
  const scripts = join(ROOT, 'src', 'store', 'redis', 'scripts');
  const textOf = (file: string): string => readFileSync(join(scripts, file), 'utf8');
  const tried = [...textOf('permissions.lua').matchAll(/^try\('([A-Z]+)'/gm)].map(
    ([, word]) => word,
  );

  it('has every command that a script calls', () => {
    const called = readdirSync(scripts)
      .filter((file) => file !== 'permissions.lua')
      .flatMap((file) => [...textOf(file).matchAll(/redis\.p?call\('([A-Z]+)'/g)])
      .map(([, word]) => word);
    expect(new Set(called).size).to.be.greaterThan(15);
    expect(tried).to.include.members([...new Set(called)]);
  });

  it('has every permission of users.acl but those that are tried in other ways', () => {
    const others = ['eval', 'evalsha', 'info', 'ssubscribe', 'wait'];
    const expected = permissions.filter((command) => !others.includes(command));
    expect(tried.map((word) => word?.toLowerCase())).to.deep.equal(expected);
  });
});
