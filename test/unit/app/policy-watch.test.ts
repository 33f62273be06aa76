import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { watchPolicies } from '../../../src/app/policy-watch.ts';
import type { PolicyRejection, PolicyWatch } from '../../../src/app/policy-watch.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { eventually } from '../../support/eventually.ts';
import { publishVolume } from '../../support/mounted-volume.ts';

/** A good file whose only policy has this idle timeout. */
const withIdle = (idle: string) => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: ${idle}, absolute: 12h }
`;

const HOUR_MS = 3_600_000;
/** What the design promises: validated and swapped within a second. */
const SWAP_MAX_MS = 1_000;

describe('policy-watch', () => {
  let folder: string;
  let path: string;
  let watch: PolicyWatch | undefined;
  let told: string[];
  let rejections: PolicyRejection[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-watch-'));
    path = join(folder, 'curfew.yaml');
    told = [];
    rejections = [];
  });

  afterEach(async () => {
    await watch?.close();
    watch = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(pollMs = 60_000): Promise<PolicyWatch | PolicyRejection> {
    return watchPolicies(
      path,
      (text) => parsePolicyFile(text, path),
      {
        accepted: ({ hash }) => told.push(`accepted ${hash}`),
        rejected: (rejection) => {
          told.push('rejected');
          rejections.push(rejection);
        },
        restored: () => told.push('restored'),
      },
      pollMs,
    );
  }

  async function start(pollMs?: number): Promise<PolicyWatch> {
    const begun = await begin(pollMs);
    if ('kind' in begun) throw new Error(`it has not started: ${JSON.stringify(begun)}`);
    watch = begun;
    return watch;
  }

  const idleMs = (): number | undefined => watch?.current.policies.policies[0]?.idleTimeoutMs;
  const swappedTo = (ms: number) => eventually(`idle ${ms}`, () => idleMs() === ms, SWAP_MAX_MS);
  const rejected = (count: number) =>
    eventually('rejection', () => rejections.length === count, SWAP_MAX_MS);

  /** Replaces the file in one step. */
  async function replace(text: string): Promise<void> {
    await writeFile(`${path}.next`, text);
    await rename(`${path}.next`, path);
  }

  it('takes each change of the file within a second, with another hash', async () => {
    await writeFile(path, withIdle('1h'));
    const { current } = await start();
    await writeFile(path, withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    await replace(withIdle('3h'));
    await swappedTo(3 * HOUR_MS);
    expect(watch?.current.hash).to.not.equal(current.hash);
    expect(told).to.have.length(2);
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

  it('keeps the last good version of a file that turns bad, tells where, once, and recovers', async () => {
    await writeFile(path, withIdle('1h'));
    await start();
    await replace(withIdle('1 hour'));
    await rejected(1);
    const [rejection] = rejections;
    expect(rejection).to.have.property('kind', 'invalid');
    expect(JSON.stringify(rejection)).to.contain('"line":5');
    expect(idleMs()).to.equal(HOUR_MS);
    watch?.look();
    watch?.look();
    await replace(withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    expect(told.map((one) => one.split(' ')[0])).to.deep.equal(['rejected', 'accepted']);
  });

  it('tells when a bad file is again what is in force', async () => {
    await writeFile(path, withIdle('1h'));
    const before = (await start()).current;
    await replace('nonsense');
    await rejected(1);
    await replace(withIdle('1h'));
    await eventually('recovery', () => told.includes('restored'), SWAP_MAX_MS);
    expect(watch?.current).to.equal(before);
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
      'overwritten with bytes that are no text',
      () => writeFile(path, Buffer.from([0xff, 0xfe, 0])),
    ],
    ['linked to itself', async () => unlink(path).then(() => symlink(path, path))],
  ];
  for (const [what, happen] of MISFORTUNES) {
    it(`stays with the last good version when the file is ${what}`, async () => {
      await writeFile(path, withIdle('1h'));
      await start();
      await happen();
      await rejected(1);
      expect(idleMs()).to.equal(HOUR_MS);
      await rm(path, { recursive: true, force: true });
      await replace(withIdle('2h'));
      await swappedTo(2 * HOUR_MS);
    });
  }

  it('does not take the half of a file that is written in two steps', async () => {
    await writeFile(path, withIdle('1h'));
    await start();
    const text = `${withIdle('2h')}  # the half before this comment would be valid by itself\n`;
    await writeFile(path, withIdle('3h'));
    await new Promise((resolve) => setTimeout(resolve, 20)); // well within the pause that is waited for
    await writeFile(path, text);
    await swappedTo(2 * HOUR_MS);
    expect(told).to.have.length(1);
  });

  it('looks by itself now and then, where the file system tells nothing', async () => {
    await writeFile(path, withIdle('1h'));
    const moved = `${folder}-moved`;
    await start(50);
    // The watched folder goes away, and another one takes its name.
    await rename(folder, moved);
    await mkdir(folder);
    await writeFile(path, withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    await rm(moved, { recursive: true });
  });

  it('reads again when it is asked to', async () => {
    await writeFile(path, withIdle('1h'));
    await start();
    watch?.look();
    await watch?.close();
    expect(told).to.deep.equal([]);
  });

  it('never shows half a version: what one reader holds stays as it is', async () => {
    await writeFile(path, withIdle('1h'));
    const held = (await start()).current.policies;
    await replace(withIdle('2h'));
    await swappedTo(2 * HOUR_MS);
    expect(held.policies[0]?.idleTimeoutMs).to.equal(HOUR_MS);
  });

  describe('does not start', () => {
    const faultOf = async (): Promise<PolicyRejection> => {
      const begun = await begin();
      if ('kind' in begun) return begun;
      await begun.close();
      throw new Error('it has started');
    };

    it('without a file', async () => {
      expect(await faultOf()).to.deep.equal({ kind: 'unreadable', why: `${path} does not exist` });
    });

    it('with a bad file', async () => {
      await writeFile(path, '# only a comment\n');
      expect((await faultOf()).kind).to.equal('invalid');
    });
  });
});
