import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { followPolicies } from '../../../src/app/follow-policies.ts';
import type { FollowedPolicies, FollowOptions } from '../../../src/app/follow-policies.ts';
import { StartFault } from '../../../src/process/start-fault.ts';
import { eventually } from '../../support/time/eventually.ts';
import { ManualTimers } from '../../support/time/manual-timers.ts';
import { recordedShell } from './recorded-shell.ts';
import type { RecordedShell } from './recorded-shell.ts';
import { publishVolume } from '../../support/files/mounted-volume.ts';
import { writeUnreportedFile } from '../../support/files/unreported-file.ts';
import type { UnreportedFile } from '../../support/files/unreported-file.ts';

/** A good file whose only policy has this idle timeout. */
const withIdle = (idle: string) => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: ${idle}, absolute: 12h }
`;

/** Without `per_login`, which a source of this kind must say now. */
const OF_AN_EARLIER_VERSION = `version: 1
sources:
  - { name: api, jwt: { issuer: i, audience: a, jwks_uri: "https://i.test/keys" }, opening: registered }
policies:
  - { name: default, idle: 2h, absolute: 12h }
`;

const HOUR_MS = 3_600_000;
/** On an idle machine it is a second. Starting a thread takes longer on a busy one. */
const SWAP_MAX_MS = 10_000;

describe('followPolicies', function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;
  let followed: FollowedPolicies | undefined;
  let shell: RecordedShell;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-policies-'));
    path = join(folder, 'curfew.yaml');
    shell = recordedShell();
  });

  afterEach(async () => {
    await shell.lifecycle.close();
    followed = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function start(options: FollowOptions = {}): Promise<FollowedPolicies> {
    followed = await followPolicies(path, shell, { pollMs: 60_000, ...options });
    return followed;
  }

  const rejections = () => shell.lines.filter(({ event }) => event === 'policies_rejected');
  const idleMs = (): number | undefined => followed?.current.policies.policies[0]?.idleTimeoutMs;
  const swappedTo = (ms: number) => eventually(`idle ${ms}`, () => idleMs() === ms, SWAP_MAX_MS);
  const rejected = () => eventually('rejection', () => rejections().length === 1, SWAP_MAX_MS);
  const isSuccessful = () => shell.sample('curfew_config_last_reload_successful');

  /** Replaces the file in one step. */
  async function replace(text: string): Promise<void> {
    await writeFile(`${path}.next`, text);
    await rename(`${path}.next`, path);
  }

  it('starts with a file that an earlier version accepted, and says what it assumes', async () => {
    await writeFile(path, OF_AN_EARLIER_VERSION);
    const { current } = await start();
    expect(current.policies.policies).to.have.length(1);
    const warned = shell.lines.find(({ event }) => event === 'policies_warned');
    expect(warned?.['warnings'])
      .to.be.an('array')
      .that.satisfies(([first]: readonly string[]) =>
        /:3:\d+: source "api", jwt\.per_login: is missing, and false is assumed/.test(first ?? ''),
      );
  });

  it('takes such a file while it serves, too', async () => {
    await writeFile(path, withIdle('1h'));
    await start();
    await replace(OF_AN_EARLIER_VERSION);
    await swappedTo(2 * HOUR_MS);
    expect(rejections()).to.deep.equal([]);
    expect(shell.events()).to.include('policies_warned');
  });

  it('takes each change of the file, with another hash', async () => {
    await writeFile(path, withIdle('1h'));
    const { current } = await start();
    await writeFile(path, withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    await replace(withIdle('3h'));
    await swappedTo(3 * HOUR_MS);
    expect(followed?.current.hash).to.not.equal(current.hash);
    expect(shell.events()).to.deep.equal(['policies_loaded', 'policies_loaded', 'policies_loaded']);
    expect(new Set(shell.lines.map(({ hash }) => hash)).size).to.equal(3);
  });

  it('follows the symlinks of a ConfigMap through several swaps', async () => {
    const publish = (text: string) => publishVolume(folder, { 'curfew.yaml': text });
    await publish(withIdle('1h'));
    await start();
    for (const hours of [2, 3, 4]) {
      // oxlint-disable-next-line no-await-in-loop
      await publish(withIdle(`${hours}h`));
      // oxlint-disable-next-line no-await-in-loop
      await swappedTo(hours * HOUR_MS);
    }
  });

  it('follows a symlink into other folders, one after the other', async () => {
    const elsewhere = [
      await mkdtemp(join(tmpdir(), 'curfew-a-')),
      await mkdtemp(join(tmpdir(), 'curfew-b-')),
    ].map((name) => join(name, 'real.yaml'));
    const [one = '', other = ''] = elsewhere;
    await writeFile(one, withIdle('1h'));
    await writeFile(other, withIdle('3h'));
    await symlink(one, path);
    await start();
    await writeFile(one, withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    await symlink(other, `${path}.next`);
    await rename(`${path}.next`, path);
    await swappedTo(3 * HOUR_MS);
    await writeFile(other, withIdle('4h'));
    await swappedTo(4 * HOUR_MS);
    await Promise.all(elsewhere.map((file) => rm(dirname(file), { recursive: true })));
  });

  it('keeps the last good version of a file that turns bad, reports where once, and recovers', async () => {
    await writeFile(path, withIdle('1h'));
    await start();
    await replace(withIdle('1 hour'));
    await rejected();
    const [rejection] = rejections();
    expect(JSON.stringify(rejection?.['problems'])).to.contain(`["${path}:5:`);
    expect(idleMs()).to.equal(HOUR_MS);
    expect(await isSuccessful()).to.equal('0');
    followed?.look();
    followed?.look();
    await replace(withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    expect(shell.events()).to.deep.equal([
      'policies_loaded',
      'policies_rejected',
      'policies_loaded',
    ]);
    expect(await isSuccessful()).to.equal('1');
  });

  it('reports when a bad file matches the version in use again', async () => {
    await writeFile(path, withIdle('1h'));
    const before = (await start()).current;
    await replace('nonsense');
    await rejected();
    await replace(withIdle('1h'));
    await eventually('recovery', () => shell.events().includes('policies_restored'), SWAP_MAX_MS);
    expect(followed?.current).to.equal(before);
    expect(await isSuccessful()).to.equal('1');
  });

  const MISFORTUNES: readonly (readonly [string, () => Promise<void>])[] = [
    ['deleted', () => unlink(path)],
    ['emptied', () => writeFile(path, '')],
    ['cut off in the middle', () => writeFile(path, withIdle('1h').slice(0, -20))],
    ['replaced by a folder', async () => unlink(path).then(() => mkdir(path))],
    [
      'replaced by a pipe',
      async () => unlink(path).then(() => void execFileSync('mkfifo', [path])),
    ],
    ['grown beyond its limit', () => writeFile(path, `${withIdle('1h')}#${'x'.repeat(2 ** 21)}`)],
    [
      'overwritten with bytes that are not text',
      () => writeFile(path, Buffer.from([0xff, 0xfe, 0])),
    ],
    ['linked to itself', async () => unlink(path).then(() => symlink(path, path))],
  ];
  for (const [what, happen] of MISFORTUNES) {
    it(`stays with the last good version when the file is ${what}`, async () => {
      await writeFile(path, withIdle('1h'));
      await start();
      await happen();
      await rejected();
      expect(idleMs()).to.equal(HOUR_MS);
      await rm(path, { recursive: true, force: true });
      await replace(withIdle('2h'));
      await swappedTo(2 * HOUR_MS);
    });
  }

  it('judges no half of a file that is saved in place, and raises no alarm for one', async () => {
    await writeFile(path, withIdle('1h'));
    const timers = new ManualTimers();
    await start({ timers });
    const noticed = () => eventually('notice', () => (timers.nextMs ?? Infinity) <= 300);
    const text = withIdle('2h');
    // The file is valid before its last piece, too, and invalid before the others.
    await writeFile(path, '');
    for (const piece of [text.slice(0, 40), text.slice(40, -20), text.slice(-20), '# the end\n']) {
      // oxlint-disable no-await-in-loop -- one piece after the other
      followed?.look();
      await noticed();
      timers.pass(299);
      await noticed();
      await appendFile(path, piece);
      // oxlint-enable no-await-in-loop
    }
    expect(shell.events()).to.deep.equal(['policies_loaded']);
    await eventually('the whole file', () => {
      timers.pass(Math.min(timers.nextMs ?? Infinity, 1_000));
      return idleMs() === 2 * HOUR_MS;
    });
    expect(shell.events()).to.deep.equal(['policies_loaded', 'policies_loaded']);
    expect(await isSuccessful()).to.equal('1');
  });

  describe('when the thread that judges the file', () => {
    /** A program that is as usual unless the file beside it says otherwise. */
    async function startWithThread(fault: string): Promise<() => Promise<void>> {
      const [program, marker] = [join(folder, 'thread.mjs'), join(folder, 'is-broken')];
      const real = import.meta.resolve('../../../src/app/policy-thread/policy-thread.ts');
      const code = `import { existsSync } from 'node:fs';
        if (existsSync(${JSON.stringify(marker)})) ${fault};
        await import(${JSON.stringify(real)});`;
      await writeFile(program, code);
      await writeFile(marker, '');
      await writeFile(path, withIdle('1h'));
      await start({ program: pathToFileURL(program), timeMaxMs: 5_000 });
      return () => rm(marker);
    }

    for (const [what, fault, why] of [
      ['dies', "throw new Error('no memory')", 'no memory'],
      ['hangs', 'for (;;)', 'it takes longer than 5 s'],
    ] as const) {
      it(`${what}, keeps the last good version, raises the alarm once and tries again`, async () => {
        const repair = await startWithThread(fault);
        await replace(withIdle('2h'));
        await rejected();
        expect(rejections()[0]?.['problems']).to.deep.equal([`${path} cannot be judged: ${why}`]);
        expect([idleMs(), await isSuccessful()]).to.deep.equal([HOUR_MS, '0']);
        await repair();
        followed?.look();
        await swappedTo(2 * HOUR_MS);
        expect([rejections().length, await isSuccessful()]).to.deep.equal([1, '1']);
      });
    }
  });

  describe('when the file system reports no change', () => {
    let file: UnreportedFile;

    beforeEach(async () => {
      file = await writeUnreportedFile(withIdle('1h'));
      path = file.path;
    });
    afterEach(() => file.remove());

    it('looks by itself now and then', async () => {
      await start({ pollMs: 50 });
      await file.change(withIdle('2h'));
      await swappedTo(2 * HOUR_MS);
    });

    it('looks at once when it is asked to', async () => {
      const policies = await start();
      await file.change(withIdle('2h'));
      policies.look();
      await swappedTo(2 * HOUR_MS);
    });
  });

  it('never shows half a version: what a reader has taken stays as it is', async () => {
    await writeFile(path, withIdle('1h'));
    const taken = (await start()).current.policies;
    await replace(withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    expect(taken.policies[0]?.idleTimeoutMs).to.equal(HOUR_MS);
  });

  describe('does not start', () => {
    const fault = async (): Promise<StartFault> => {
      const error: unknown = await start().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(StartFault);
      return error as StartFault;
    };

    it('without a file', async () => {
      expect((await fault()).lines).to.deep.equal([`${path} does not exist`]);
    });

    it('with a bad file', async () => {
      await writeFile(path, '# only a comment\n');
      expect((await fault()).lines.join('')).to.contain(`${path}:1:1`);
    });
  });
});
