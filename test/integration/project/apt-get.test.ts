import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { onPath } from '../../../tools/debian-program.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import type { Running } from '../../support/processes/child-process.ts';
import { runCommand } from '../../support/processes/run-command.ts';
import { eventually } from '../../support/time/eventually.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const APT_GET = join(root, 'tools', 'apt-get.sh');
const RUN_MAX_MS = 30_000;

// As apt and dpkg take their locks: by fcntl, which Node does not offer.
const HOLD = `
import fcntl, sys, time
file = open(sys.argv[1], 'w')
fcntl.lockf(file, fcntl.LOCK_EX)
print('held', flush=True)
time.sleep(3600)
`;

const FOLDERS = [
  'state/lists/partial',
  'cache/archives/partial',
  'etc/apt.conf.d',
  'etc/preferences.d',
  'etc/sources.list.d',
  'dpkg',
];

/** The real apt-get, with folders of its own: without packages to fetch, and without touching the machine. */
describe('apt-get beside another apt process', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let holder: Running | undefined;
  let waiting: Running | undefined;

  before(function () {
    // Where there is no apt, there is no lock to wait for.
    if (onPath('apt-get') === undefined) this.skip();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'curfew-apt-'));
    const config = join(folder, 'apt.conf');
    for (const path of FOLDERS) {
      mkdirSync(join(folder, path), { recursive: true });
    }
    for (const path of ['dpkg/status', 'etc/sources.list']) writeFileSync(join(folder, path), '');
    writeFileSync(
      config,
      `Dir::State "${folder}/state";
       Dir::State::status "${folder}/dpkg/status";
       Dir::Cache "${folder}/cache";
       Dir::Etc "${folder}/etc";`,
    );
    env = { ...process.env, APT_CONFIG: config };
  });

  afterEach(async () => {
    await waiting?.stop();
    await holder?.stop();
    waiting = holder = undefined;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  async function hold(lock: string): Promise<void> {
    const process = await startProcess('python3', ['-c', HOLD, join(folder, lock)]);
    holder = process;
    await eventually('the lock', () => process.log().includes('held'), RUN_MAX_MS);
  }

  const locks = [
    ['the package lists', 'state/lists/lock', ['update', '-qq']],
    ['dpkg', 'dpkg/lock-frontend', ['install', '-y', '-qq']],
    ['the downloads', 'cache/archives/lock', ['install', '-y', '-qq']],
  ] as const;
  for (const [what, lock, words] of locks) {
    it(`waits for the lock of ${what}, and then does its work`, async function () {
      this.timeout(RUN_MAX_MS);
      await hold(lock);
      const alone = await runCommand('apt-get', words, { env: { ...env, LC_ALL: 'C' } });
      expect(alone.stderr, 'apt-get by itself').to.include('Could not get lock');

      waiting = await startProcess(APT_GET, words, { env });
      const { log, isAlive, ended } = waiting;
      await eventually('a waiting apt-get', () => log().includes(join(folder, lock)), RUN_MAX_MS);
      expect(log()).to.match(/^waiting for another apt process: Could not get lock /);
      expect(isAlive()).to.equal(true);

      await holder?.stop();
      expect(await ended(), log()).to.equal(0);
    });
  }

  it('fails at once for any other fault', async () => {
    const { code, stderr } = await runCommand(APT_GET, ['install', '-y', 'no-such-package'], {
      env,
    });
    expect(code).to.equal(100);
    expect(stderr).to.equal('E: Unable to locate package no-such-package\n');
  });

  it('does not wait for a permission that is missing', async () => {
    rmSync(join(folder, 'state'), { recursive: true });
    writeFileSync(join(folder, 'state'), '');
    const { code, stderr } = await runCommand(APT_GET, ['update', '-qq'], { env });
    expect(code).to.equal(100);
    expect(stderr).not.to.include('waiting');
  });

  it('is what CI and the tests install with', () => {
    for (const path of ['.ci/run', 'tools/debian-program.ts']) {
      const text = readFileSync(join(root, path), 'utf8');
      expect(text, path).to.include('apt-get.sh');
      expect(text, path).not.to.match(/^\s*(\w+=\S+ )*apt-get |\brun\('apt-get'/m);
    }
  });
});
