import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../tools/lock.mjs';

const root = join(import.meta.dirname, '..', '..', '..');

describe('lock between processes', () => {
  it('lets one process work at a time, and is taken over from an owner that died', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'curfew-lock-'));
    const lock = join(folder, 'lock');
    mkdirSync(lock);
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(lock, 'pid'), String(pid));
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)]);
    expect(most).to.equal(1);
    rmSync(folder, { recursive: true });
  });
});

describe('root hooks', () => {
  // Runs a mocha of its own on a test file in a folder that git and mocha ignore.
  function mochaOn(body: string) {
    const file = join(root, '.cache', `left-open-${process.pid}.test.ts`);
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(file, body);
    const env = { ...process.env };
    delete env['NODE_V8_COVERAGE'];
    delete env['TALLY_FILE'];
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const { status, stdout } = spawnSync(process.execPath, [mocha, file], {
      cwd: root,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    rmSync(file);
    return { status, stdout };
  }

  it('name everything that a test left open, and end the run', function () {
    this.timeout(60_000);
    const { status, stdout } = mochaOn(`
      import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      import { connect, createServer } from 'node:net';
      it('leaks', async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        connect(server.address().port);
        spawn('sleep', ['60']);
        setInterval(() => {}, 1000);
      });
    `);
    expect(stdout).to.match(/server listening on .*127\.0\.0\.1/);
    expect(stdout).to.match(/socket from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+/);
    expect(stdout).to.match(/process \d+: sleep 60/);
    expect(stdout).to.match(/interval made .*left-open/);
    expect(stdout.trimEnd().split('\n').at(-1)).to.equal('1 passed, 1 failed, 0 skipped');
    expect(status).to.not.equal(0);
  });

  it('let a run pass whose tests closed everything', () => {
    const { status, stdout } = mochaOn(`
      import { once } from 'node:events';
      import { createServer } from 'node:net';
      it('tidies up', async () => {
        const timer = setInterval(() => {}, 1000);
        const server = createServer().listen(0);
        await once(server, 'listening');
        server.close();
        clearInterval(timer);
      });
    `);
    expect(stdout).to.contain('1 passed, 0 failed, 0 skipped');
    expect(status).to.equal(0);
  });
});
