import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf, visitOf } from '../../support/store/store-requests.ts';
import { openAsCurfew, startGuardedRedis, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const run = promisify(execFile);
/** What is tested here does not depend on time, so a busy machine may take its own. */
const ANSWER_MAX_MS = 5_000;
/** Redis tries to write to its file again each second. */
const WRITTEN_MAX_MS = 10_000;

describe('a disk on which Redis can write no more', function () {
  this.timeout(30_000);
  let folder: string;
  let bin: string;
  let server: RedisServer;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    const redis = await redisServerOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-disk-'));
    bin = join(folder, 'redis-server');
    // Without the trap, a write beyond the limit would end the server instead of failing.
    await writeFile(bin, `#!/bin/sh\ntrap '' XFSZ\nexec '${redis}' "$@"\n`);
    await chmod(bin, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  async function openWith(keeps: 'aof' | 'whole-aof'): Promise<void> {
    server = await startGuardedRedis([], { bin, keeps });
    journal = new StoreJournal();
    opened = await openAsCurfew(server, { observer: journal, commandTimeoutMs: ANSWER_MAX_MS });
  }

  /** The kernel refuses every write to a file of this server beyond this size. */
  const limitFiles = (bytes: number | 'unlimited') =>
    run('prlimit', ['--pid', `${server.pid}`, `--fsize=${bytes}:unlimited`]);
  const open = async (name: string) =>
    opened.store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });
  const end = async (name: string) =>
    opened.store.end({ key: keyOf(name), source: sourceWith(), by: 'revoked' });
  const kindOf = async (name: string): Promise<string> =>
    touched(opened.store, touchOf(name)).then(
      ({ kind }) => kind,
      (fault: unknown) => String(fault),
    );

  it('no call gets a verdict, each says why, and what was acknowledged is not lost', async () => {
    await openWith('aof');
    await open('live');
    await open('ended');
    await end('ended');
    await open('to be ended');
    await limitFiles(1);
    // Redis notices with the first write, which it has acknowledged by then.
    await open('acknowledged');
    await eventually('the fault', async () => (await kindOf('live')).includes('MISCONF'));

    const calls = [
      () => touched(opened.store, touchOf('live')),
      () => touched(opened.store, touchOf('live', { countsAsActivity: false })),
      () => touched(opened.store, touchOf('ended')),
      () => open('newcomer'),
      () => end('to be ended'), // which is written again at the next connection
      () => opened.store.visitLogin(visitOf('live')),
      () => opened.store.claim(keyOf('live'), keyOf('live')),
    ];
    for (const call of calls) {
      // oxlint-disable-next-line no-await-in-loop -- so that each meets the same disk
      const fault = await call().catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(StoreUnavailable);
      expect(String(fault)).to.contain('MISCONF (it cannot save to disk)');
    }
    expect(journal.ups, 'the connection is kept').to.deep.equal([true]);

    await limitFiles('unlimited');
    await eventually('live', async () => (await kindOf('live')) === 'live', WRITTEN_MAX_MS);
    await server.kill();
    await server.restart();
    await untilUp(opened);
    expect(await kindOf('live')).to.equal('live');
    expect(await kindOf('acknowledged')).to.equal('live');
    expect(await kindOf('ended')).to.equal('ended');
    expect(await kindOf('newcomer')).to.equal('unknown');
  });

  it('that fails each command which is not on disk: Redis ends itself, and nothing acknowledged is lost', async () => {
    await openWith('whole-aof');
    await open('live');
    await limitFiles(1);
    const fault = await open('newcomer').catch((error: unknown) => error);
    expect(fault).to.include({ fault: 'down' });
    await eventually('the end of Redis', () => !server.isAnswering);
    expect(await kindOf('live')).to.match(/no connection to the store|connection .* lost/);
    await server.restart();
    await untilUp(opened);
    expect(await kindOf('live')).to.equal('live');
  });
});
