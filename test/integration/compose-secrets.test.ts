import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from '../support/child-process.ts';
import type { Running } from '../support/child-process.ts';
import { startCurfew } from '../support/curfew.ts';
import { freePort } from '../support/free-port.ts';
import { redisServerOrSkip } from '../support/provision.ts';

const run = promisify(execFile);
const deploy = join(import.meta.dirname, '..', '..', 'deploy');

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

  before(async function () {
    redisBin = await redisServerOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-secrets-'));
    await makeSecrets();
  });

  after(async () => {
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('let Curfew into a Redis with the settings and users of deploy', async function () {
    this.timeout(20_000);
    const [port, grpcPort, opsPort] = [await freePort(), await freePort(), await freePort()];
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
      ],
    });
    await curfew.stop();
    expect(curfew.log()).to.include('"event":"ready"').and.not.include('eviction');
  });

  it('stay what they are when they are there', async () => {
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    const names = ['curfew.keys', 'redis-password', 'users.acl'];
    const before = await Promise.all(names.map(read));
    await makeSecrets();
    expect(await Promise.all(names.map(read))).to.deep.equal(before);
    const [keys, password, users] = before;
    expect(keys).to.match(/^[0-9a-f]{64}$/);
    expect(users).not.to.include('CHANGE-ME').and.not.include(password);
  });
});
