import { expect } from 'chai';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FollowedFiles } from '../../../src/app/followed-files.ts';
import type { FilesJudgement, FilesRejection } from '../../../src/app/followed-files.ts';
import { eventually } from '../../support/eventually.ts';
import { publishVolume } from '../../support/mounted-volume.ts';

const SWAP_MAX_MS = 1_000;

/** Two files that are good only together: both end with the same digit. */
const judge = ([one = '', two = '']: readonly string[]): FilesJudgement<string, string> => {
  if (one === 'bug') throw new TypeError('nobody expected that');
  return one.at(-1) === two.at(-1)
    ? { kind: 'good', version: `${one}+${two}` }
    : { kind: 'problems', problems: ['they do not belong together'] };
};

describe('followed-files', () => {
  let folder: string;
  let paths: readonly string[];
  let files: FollowedFiles<string, string> | undefined;
  let told: string[];
  let rejections: FilesRejection<string>[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-files-'));
    paths = [join(folder, 'one'), join(folder, 'two')];
    told = [];
    rejections = [];
  });

  afterEach(async () => {
    await files?.close();
    files = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<FollowedFiles<string, string>> {
    const begun = await FollowedFiles.start(
      { paths, judge },
      {
        accepted: (version: string) => told.push(version),
        rejected: (rejection) => rejections.push(rejection),
        restored: () => told.push('restored'),
      },
      60_000,
    );
    if (!(begun instanceof FollowedFiles)) throw new Error(JSON.stringify(begun));
    files = begun;
    return files;
  }

  const inForce = (version: string) =>
    eventually(version, () => files?.current === version, SWAP_MAX_MS);

  it('swaps files that belong together in one step', async () => {
    await publishVolume(folder, { one: 'a1', two: 'b1' });
    await start();
    await publishVolume(folder, { one: 'a2', two: 'b2' });
    await inForce('a2+b2');
    expect(told).to.deep.equal(['a2+b2']);
  });

  it('keeps both as they were while one of them does not fit, and takes both when the other has come', async () => {
    await Promise.all(paths.map((path) => writeFile(path, 'x1')));
    const { current } = await start();
    await writeFile(paths[0] ?? '', 'x2');
    await eventually('rejection', () => rejections.length === 1, SWAP_MAX_MS);
    expect(files?.current).to.equal(current);
    await writeFile(paths[1] ?? '', 'x2');
    await inForce('x2+x2');
    expect(rejections).to.deep.equal([
      { kind: 'invalid', problems: ['they do not belong together'] },
    ]);
  });

  it('sees that two files have changed places', async () => {
    await writeFile(paths[0] ?? '', 'a1');
    await writeFile(paths[1] ?? '', 'b1');
    await start();
    await rename(paths[0] ?? '', join(folder, 'aside'));
    await rename(paths[1] ?? '', paths[0] ?? '');
    await rename(join(folder, 'aside'), paths[1] ?? '');
    await inForce('b1+a1');
  });

  it('outlives a bug of the judge, and names the files', async () => {
    await Promise.all(paths.map((path) => writeFile(path, 'x1')));
    await start();
    await writeFile(paths[0] ?? '', 'bug');
    await eventually('rejection', () => rejections.length === 1, SWAP_MAX_MS);
    expect(rejections[0]).to.have.property('kind', 'unreadable');
    expect(JSON.stringify(rejections)).to.contain(paths[1]).and.to.contain('nobody expected that');
    expect(files?.current).to.equal('x1+x1');
  });

  it('does not start while one of them is missing', async () => {
    await writeFile(paths[0] ?? '', 'x1');
    const fault = await start().catch(String);
    expect(fault).to.contain(`${paths[1]} does not exist`);
  });
});
