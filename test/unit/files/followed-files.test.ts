import { expect } from 'chai';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FollowedFiles } from '../../../src/files/followed-files.ts';
import type { ParsedFiles, FilesRejection } from '../../../src/files/parse-files.ts';
import { eventually } from '../../support/time/eventually.ts';
import { publishVolume } from '../../support/files/mounted-volume.ts';
import { ManualTimers } from '../../support/time/manual-timers.ts';

const SWAP_MAX_MS = 10_000;

/** Two files that are good only together: both end with the same digit. */
const parse = ([one = '', two = '']: readonly string[]): ParsedFiles<string, string> => {
  if (one === 'bug') throw new TypeError('an unexpected error');
  return one.at(-1) === two.at(-1)
    ? { kind: 'good', version: `${one}+${two}` }
    : { kind: 'problems', problems: ['they do not match'] };
};

describe('followed-files', () => {
  let folder: string;
  let paths: readonly string[];
  let files: FollowedFiles<string, string> | undefined;
  let reported: string[];
  let rejections: FilesRejection<string>[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-files-'));
    paths = [join(folder, 'one'), join(folder, 'two')];
    reported = [];
    rejections = [];
  });

  afterEach(async () => {
    await files?.close();
    files = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function start(
    timers?: ManualTimers,
    parseFiles: typeof parse = parse,
  ): Promise<FollowedFiles<string, string>> {
    const begun = await FollowedFiles.start(
      { paths, parse: parseFiles },
      {
        accepted: (version: string) => reported.push(version),
        rejected: (rejection) => rejections.push(rejection),
        restored: () => reported.push('restored'),
      },
      { pollMs: 60_000, timers },
    );
    if (!(begun instanceof FollowedFiles)) throw new Error(JSON.stringify(begun));
    files = begun;
    return files;
  }

  const inUse = (version: string) =>
    eventually(version, () => files?.current === version, SWAP_MAX_MS);

  it('swaps files that belong together in one step', async () => {
    await publishVolume(folder, { one: 'a1', two: 'b1' });
    await start();
    await publishVolume(folder, { one: 'a2', two: 'b2' });
    await inUse('a2+b2');
    expect(reported).to.deep.equal(['a1+b1', 'a2+b2']);
  });

  it('keeps the last version while two files do not match, and swaps both once they do', async () => {
    await Promise.all(paths.map((path) => writeFile(path, 'x1')));
    const { current } = await start();
    await writeFile(paths[0] ?? '', 'x2');
    await eventually('rejection', () => rejections.length === 1, SWAP_MAX_MS);
    expect(files?.current).to.equal(current);
    await writeFile(paths[1] ?? '', 'x2');
    await inUse('x2+x2');
    expect(rejections).to.deep.equal([{ kind: 'invalid', problems: ['they do not match'] }]);
  });

  it('notices that two files have swapped places', async () => {
    await writeFile(paths[0] ?? '', 'a1');
    await writeFile(paths[1] ?? '', 'b1');
    await start();
    await rename(paths[0] ?? '', join(folder, 'aside'));
    await rename(paths[1] ?? '', paths[0] ?? '');
    await rename(join(folder, 'aside'), paths[1] ?? '');
    await inUse('b1+a1');
  });

  it('survives a bug in the parser, and names the files', async () => {
    await Promise.all(paths.map((path) => writeFile(path, 'x1')));
    await start();
    await writeFile(paths[0] ?? '', 'bug');
    await eventually('rejection', () => rejections.length === 1, SWAP_MAX_MS);
    expect(rejections[0]).to.have.property('kind', 'unreadable');
    expect(JSON.stringify(rejections)).to.contain(paths[1]).and.to.contain('an unexpected error');
    expect(files?.current).to.equal('x1+x1');
  });

  describe('in time', () => {
    let timers: ManualTimers;
    /** Lets time pass from one timer to the next. */
    const passUntil = (what: string, isSo: () => boolean) =>
      eventually(what, () => {
        if (isSo()) return true;
        timers.pass(Math.min(timers.nextMs ?? Infinity, 1_000));
        return false;
      });
    /** Waits until the change is known: then a timer waits for the next look. */
    const noticed = (withinMs: number) =>
      eventually('notice', () => (timers.nextMs ?? Infinity) <= withinMs);

    beforeEach(async () => {
      timers = new ManualTimers();
      await publishVolume(folder, { one: 'a1', two: 'b1' });
      await start(timers);
    });

    it('never parses a file that is still being saved in place', async () => {
      await writeFile(paths[0] ?? '', '');
      for (const piece of ['a2, ', 'and then ', 'a long rest ', 'whose end is 1']) {
        // oxlint-disable no-await-in-loop -- one piece after the other
        files?.look();
        await noticed(300);
        timers.pass(299);
        await noticed(300);
        await appendFile(paths[0] ?? '', piece);
        // oxlint-enable no-await-in-loop
      }
      await passUntil('the whole', () => reported.length > 1);
      expect(reported).to.deep.equal(['a1+b1', 'a2, and then a long rest whose end is 1+b1']);
      expect(rejections).to.deep.equal([]);
    });

    it('takes a swap of symlinks 100 ms after it is reported', async () => {
      await publishVolume(folder, { one: 'a2', two: 'b2' });
      await noticed(100);
      timers.pass(100);
      await inUse('a2+b2');
    });
  });

  it('parses again what could not be judged, and reports the failure once', async () => {
    await Promise.all(paths.map((path) => writeFile(path, 'x1')));
    let failures = 2;
    const failing: typeof parse = (texts) => {
      if (texts[0] === 'x1' || failures === 0) return parse(texts);
      failures -= 1;
      return { kind: 'failed', why: 'no thread could be started' };
    };
    await start(undefined, failing);
    await Promise.all(paths.map((path) => writeFile(path, 'x2')));
    await eventually('rejection', () => rejections.length === 1);
    files?.look();
    await eventually('the second attempt', () => failures === 0);
    files?.look();
    await inUse('x2+x2');
    expect(rejections).to.deep.equal([{ kind: 'unreadable', why: 'no thread could be started' }]);
  });

  it('does not start while one of them is missing', async () => {
    await writeFile(paths[0] ?? '', 'x1');
    const fault = await start().catch(String);
    expect(fault).to.contain(`${paths[1]} does not exist`);
  });
});
