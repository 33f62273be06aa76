import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followKeys } from '../../../src/app/follow-keys.ts';
import type { FollowedKeys } from '../../../src/app/follow-keys.ts';
import { keyFingerprint } from '../../../src/keys/session-names.ts';
import { StartFault } from '../../../src/process/start-fault.ts';
import { recordedShell } from './recorded-shell.ts';
import type { RecordedShell } from './recorded-shell.ts';
import { eventually } from '../../support/time/eventually.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { writeUnreportedFile } from '../../support/files/unreported-file.ts';

const SWAP_MAX_MS = 10_000;
const hex = (secret: Uint8Array): string => Buffer.from(secret).toString('hex');

describe('followKeys', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const [one, two] = [first, second].map(keyFingerprint) as [string, string];
  let file: KeyFile;
  let shell: RecordedShell;

  beforeEach(async () => {
    file = await writeKeyFile([first]);
    shell = recordedShell();
  });
  afterEach(async () => {
    await shell.lifecycle.close();
    await file.remove();
  });

  const follow = (keyFile: string | undefined = file.path): Promise<FollowedKeys> =>
    followKeys({ keyFile, decisionBudgetMs: 150 }, shell);
  const isSuccessful = async (value: 0 | 1): Promise<boolean> =>
    (await shell.sample('curfew_key_file_last_reload_successful')) === String(value);
  const linesOf = (event: string) => shell.lines.filter((line) => line.event === event);

  it('takes each change of the file within a second, calls back, and logs fingerprints only', async () => {
    const keys = await follow();
    let swaps = 0;
    keys.onSwap(() => (swaps += 1));
    expect(keys.ring.listed).to.deep.equal([one]);
    await file.publish([first, second]);
    await eventually('two keys', () => keys.ring.listed.length === 2, SWAP_MAX_MS);
    await file.publish([second, first]);
    await eventually('the other order', () => keys.ring.listed[0] === two, SWAP_MAX_MS);
    expect(swaps).to.equal(2);
    expect(linesOf('keys_loaded').at(-1)?.['keys']).to.deep.equal([two, one]);
    const text = JSON.stringify(shell.lines);
    for (const secret of [first, second]) expect(text).to.not.contain(hex(secret).slice(0, 12));
    expect(await shell.sample('curfew_key_file_keys')).to.equal('2');
  });

  const MISFORTUNES: readonly (readonly [string, () => Promise<void>])[] = [
    ['emptied', () => file.write('')],
    ['replaced by a password', () => file.write('correct-horse-battery-staple\n')],
    ['cut off in the middle', () => file.write(hex(second).slice(0, 20))],
    ['deleted', () => unlink(file.path)],
  ];
  for (const [what, happen] of MISFORTUNES) {
    it(`stays with the last good keys when the file is ${what}`, async () => {
      const keys = await follow();
      expect(await isSuccessful(1)).to.equal(true);
      await happen();
      await eventually('red metric', () => isSuccessful(0), SWAP_MAX_MS);
      expect(keys.ring.listed).to.deep.equal([one]);
      const [rejected] = linesOf('keys_rejected');
      expect(rejected?.level).to.equal(50);
      for (const secret of ['correct-horse', hex(second).slice(0, 20), hex(first)]) {
        expect(JSON.stringify(rejected)).to.not.contain(secret);
      }
      await file.publish([first]);
      await eventually('green metric', () => isSuccessful(1), SWAP_MAX_MS);
      expect(linesOf('keys_restored')).to.have.length(1);
    });
  }

  it('warns of a file that every user can read, and uses it', async () => {
    await chmod(file.path, 0o644);
    await follow();
    const warned = linesOf('key_file_warned');
    expect(warned).to.have.length(1);
    expect(warned[0]?.['msg']).to.contain('chmod 600').and.not.contain(hex(first));
  });

  it('reads again when it is asked to, also where the file system reports no change', async () => {
    const unreported = await writeUnreportedFile(`${hex(first)}\n`);
    const keys = await follow(unreported.path);
    await unreported.change(`${hex(second)}\n${hex(first)}\n`);
    keys.look();
    await eventually('another key', () => keys.ring.listed[0] === two, SWAP_MAX_MS);
    await unreported.remove();
  });

  it('has a random key where there is no file, another each time', async () => {
    const [some, others] = await Promise.all(
      [followKeys, followKeys].map(async (start) =>
        start({ keyFile: undefined, decisionBudgetMs: 150 }, shell),
      ),
    );
    expect(some?.ring.listed).to.have.length(1);
    expect(some?.ring.listed).to.not.deep.equal(others?.ring.listed);
    some?.look();
  });

  it('does not start without a good file, and says which', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'curfew-keys-'));
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, 'long'), '#'.repeat(2 * 1024 * 1024));
    for (const [path, words] of [
      [join(folder, 'missing'), /does not exist/],
      [folder, /is a folder/],
      [join(folder, 'long'), /is longer/],
      [join(folder, 'empty'), /has no secret.*openssl rand/],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const fault = await follow(path).catch((error: unknown) => error);
      expect(fault, path).to.be.instanceOf(StartFault);
      expect((fault as StartFault).lines.join(''))
        .to.contain(path)
        .and.match(words);
    }
    await rm(folder, { recursive: true });
  });
});
