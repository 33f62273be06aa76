import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  let redis: Running | undefined;

  const makeSecrets = () =>
    run(process.execPath, [
      join(deploy, 'compose', 'make-secrets.mjs'),
      folder,
      join(deploy, 'redis', 'users.acl'),
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
      `--aclfile ${join(folder, 'users.acl')}`,
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
    const names = ['curfew.keys', 'redis-password', 'users.acl', 'admin.tokens', 'operator.token'];
    const before = await Promise.all(names.map(read));
    await makeSecrets();
    expect(await Promise.all(names.map(read))).to.deep.equal(before);
    const [keys, password, users] = before;
    expect(keys).to.match(/^[0-9a-f]{64}$/);
    expect(users).not.to.include('CHANGE-ME').and.not.include(password);
  });
});
