import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from '../../support/processes/child-process.ts';
import type { Running } from '../../support/processes/child-process.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import { freePort } from '../../support/network/free-port.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const COMPOSITION = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docker-compose.yml'),
  'utf8',
);
/** The command that the composition shows at its top. */
const COMMAND = /^# +curfew (.*)$/m.exec(COMPOSITION)?.[1]?.split(' ') ?? [];
const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');

describe('the secrets that compose makes', () => {
  let redisBin: string;
  let folder: string;
  let names: readonly string[];
  let redis: Running | undefined;

  const makeSecrets = () =>
    run(process.execPath, [
      join(deploy, 'compose', 'make-secrets.mjs'),
      folder,
      join(deploy, 'redis'),
    ]);

  /** A variable of Curfew's in the composition, whose file is in the folder of this test. */
  const environmentOf = (name: string): NodeJS.ProcessEnv => {
    const file = new RegExp(`^ +${name}: /run/curfew/(.*)$`, 'm').exec(COMPOSITION)?.[1];
    return { [name]: join(folder, file ?? 'none') };
  };

  before(async function () {
    redisBin = await redisServerOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-secrets-'));
    await makeSecrets();
    const listed = await readdir(folder, { recursive: true, withFileTypes: true });
    names = listed
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  });

  after(async () => {
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('let Curfew log in to a Redis with the settings and users of deploy, and an operator to Curfew', async function () {
    this.timeout(60_000);
    const [port, grpcPort, opsPort] = [await freePort(), await freePort(), await freePort()];
    const adminPort = await freePort();
    redis = await startProcess(redisBin, [
      join(deploy, 'redis', 'redis.conf'),
      `--aclfile ${join(folder, 'single', 'users.acl')}`,
      `--port ${port}`,
      `--dir ${folder}`,
    ]);
    const curfew = await startCurfew({
      policyPath: join(deploy, 'curfew.yaml'),
      grpcPort,
      opsPort,
      store: `redis://curfew@127.0.0.1:${port}`,
      flags: [
        `--key-file=${join(folder, 'curfew.keys')}`,
        `--redis-password-file=${join(folder, 'redis-password')}`,
        `--admin-address=127.0.0.1:${adminPort}`,
      ],
      env: environmentOf('CURFEW_ADMIN_TOKENS_FILE'),
    });
    const { stderr } = await run(
      process.execPath,
      [MAIN, ...COMMAND, `--url=http://127.0.0.1:${adminPort}`],
      { env: { ...process.env, ...environmentOf('CURFEW_TOKEN_FILE') } },
    );
    expect(stderr).to.equal('no session of this source\n');
    await curfew.stop();
    expect(curfew.log()).to.include('"event":"ready"').and.not.include('eviction');
  });

  it('are not changed if they exist', async () => {
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    expect(names).to.have.length.above(10);
    const before = await Promise.all(names.map(read));
    await makeSecrets();
    expect(await Promise.all(names.map(read))).to.deep.equal(before);
    expect(await read('curfew.keys')).to.match(/^[0-9a-f]{64}$/);
    for (const text of before) expect(text).not.to.match(/^[^#].*CHANGE-ME/m);
    const passwords = names.filter((name) => name.endsWith('password'));
    for (const users of names.filter((name) => name.endsWith('users.acl'))) {
      const text = await read(users); // oxlint-disable-line no-await-in-loop -- three
      expect((await stat(join(folder, users))).mode & 0o777).to.equal(0o644); // oxlint-disable-line no-await-in-loop
      for (const password of passwords) {
        expect(text, users).not.to.include(before[names.indexOf(password)]);
      }
    }
    for (const name of names.filter((each) => !each.endsWith('users.acl'))) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await stat(join(folder, name))).mode & 0o777, name).to.equal(0o400);
    }
  });
});
