import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { followKeys } from '../../../src/app/follow-keys.ts';
import type { FollowedKeys } from '../../../src/app/follow-keys.ts';
import { Lifecycle } from '../../../src/app/lifecycle.ts';
import { Metrics } from '../../../src/app/metrics.ts';
import { keyFingerprint } from '../../../src/app/session-names.ts';
import type { Shell } from '../../../src/app/shell.ts';
import { StartFault } from '../../../src/app/start-fault.ts';
import { eventually } from '../../support/eventually.ts';
import { writeKeyFile } from '../../support/key-file.ts';
import type { KeyFile } from '../../support/key-file.ts';

const SWAP_MAX_MS = 1_000;
const hex = (secret: Uint8Array): string => Buffer.from(secret).toString('hex');

describe('followKeys', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const [one, two] = [first, second].map(keyFingerprint) as [string, string];
  let file: KeyFile;
  let lines: string[];
  let shell: Shell;

  beforeEach(async () => {
    file = await writeKeyFile([first]);
    lines = [];
    shell = {
      log: pino({ base: null }, { write: (line) => lines.push(line) }),
      metrics: new Metrics('test'),
      lifecycle: new Lifecycle(() => undefined),
      giveUp: (why) => expect.fail(why),
    };
  });
  afterEach(async () => {
    await shell.lifecycle.close();
    await file.remove();
  });

  const follow = (keyFile: string | undefined = file.path): Promise<FollowedKeys> =>
    followKeys({ keyFile, decisionBudgetMs: 150 }, shell);
  const isSuccessful = async (value: 0 | 1): Promise<boolean> => {
    const { text } = await shell.metrics.exposition();
    return new RegExp(`^curfew_key_file_last_reload_successful ${value}$`, 'm').test(text);
  };

  it('takes each change of the file within a second, tells whoever asked, and logs fingerprints only', async () => {
    const keys = await follow();
    let swaps = 0;
    keys.onSwap(() => (swaps += 1));
    expect(keys.ring.listed).to.deep.equal([one]);
    await file.publish([first, second]);
    await eventually('two keys', () => keys.ring.listed.length === 2, SWAP_MAX_MS);
    await file.publish([second, first]);
    await eventually('the other order', () => keys.ring.listed[0] === two, SWAP_MAX_MS);
    expect(swaps).to.equal(2);
    const text = lines.join('');
    expect(text).to.contain(`"event":"keys_loaded","keys":["${two}","${one}"]`);
    for (const secret of [first, second]) expect(text).to.not.contain(hex(secret).slice(0, 12));
    expect((await shell.metrics.exposition()).text).to.match(/^curfew_key_file_keys 2$/m);
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
      const rejected = lines.find((line) => line.includes('"event":"keys_rejected"'));
      expect(rejected).to.contain('"level":50');
      for (const secret of ['correct-horse', hex(second).slice(0, 20), hex(first)]) {
        expect(rejected).to.not.contain(secret);
      }
      await file.publish([first]);
      await eventually('green metric', () => isSuccessful(1), SWAP_MAX_MS);
      expect(lines.join('')).to.contain('"event":"keys_restored"');
    });
  }

  it('warns of a file that everybody can read, and takes it', async () => {
    await chmod(file.path, 0o644);
    await follow();
    const warned = lines.filter((line) => line.includes('"event":"key_file_warned"'));
    expect(warned).to.have.length(1);
    expect(warned[0]).to.contain('chmod 600').and.not.contain(hex(first));
  });

  it('reads again when it is asked to', async () => {
    const keys = await follow();
    await file.write(`${hex(second)}\n${hex(first)}\n`);
    keys.look();
    await eventually('another key', () => keys.ring.listed[0] === two, 90);
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
