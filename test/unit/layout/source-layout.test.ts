import { expect } from 'chai';
import { posix } from 'node:path';
import { circleIn } from './circles.ts';
import { importsOf, sourceFiles } from './source-files.ts';

const FILES_IN_FOLDER_MAX = 25;
const LINES_MAX = 200;
/** The median file must be shorter than this. */
const MEDIAN_LINES_LIMIT = 80;

const files = sourceFiles();

function lineCount(text: string): number {
  return text.trimEnd().split('\n').length;
}

/** From each `from(file)` to the `from(file)` of everything that the file imports, types included. */
function arrowsBetween(from: (file: string) => string): ReadonlyMap<string, ReadonlySet<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const { file, text } of files) {
    const targets = arrows.get(from(file)) ?? new Set();
    arrows.set(from(file), targets);
    for (const { target } of importsOf(text)) {
      if (!target.startsWith('.')) continue;
      const other = from(posix.join(posix.dirname(file), target));
      if (other !== from(file)) targets.add(other);
    }
  }
  return arrows;
}

/** Folder inside its room: what lies in the room itself is no part of the picture. */
function siblingsIn(room: string): ReadonlyMap<string, ReadonlySet<string>> {
  const all = arrowsBetween((file) => posix.dirname(file));
  const isInside = (folder: string): boolean => posix.dirname(folder) === room;
  return new Map(
    [...all]
      .filter(([folder]) => isInside(folder))
      .map(([folder, targets]) => [folder, new Set([...targets].filter(isInside))]),
  );
}

describe('the layout of src', () => {
  it('has no circle of files, types included', () => {
    expect(circleIn(arrowsBetween((file) => file))).to.equal(undefined);
  });

  it('has no circle of rooms', () => {
    expect(circleIn(arrowsBetween((file) => file.split('/')[0] ?? ''))).to.equal(undefined);
  });

  for (const room of ['policy', 'store', 'store/redis', 'transport', 'http2', 'telemetry']) {
    it(`has no circle of folders inside ${room}`, () => {
      expect(circleIn(siblingsIn(room))).to.equal(undefined);
    });
  }

  it('has no circle between the stores, the wire to Redis and the sweepers', () => {
    const folders = [
      'memory',
      'redis',
      'redis/directory',
      'redis/durable',
      'redis/sweep',
      'redis/wire',
      'subjects',
      'sweep',
    ];
    const names = new Set(folders.map((folder) => `store/${folder}`));
    const arrows = [...arrowsBetween((file) => posix.dirname(file))]
      .filter(([folder]) => names.has(folder))
      .map(([folder, targets]) => {
        const others = [...targets].filter((target) => names.has(target));
        return [folder, new Set(others)] as const;
      });
    expect(arrows).to.have.length(folders.length);
    expect(circleIn(new Map(arrows))).to.equal(undefined);
  });

  it(`has at most ${FILES_IN_FOLDER_MAX} files in a folder`, () => {
    const counts = new Map<string, number>();
    for (const { file } of files) {
      const folder = posix.dirname(file);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    const full = [...counts].filter(([, count]) => count > FILES_IN_FOLDER_MAX);
    expect(full).to.deep.equal([]);
  });

  it(`has no file of more than ${LINES_MAX} lines`, () => {
    const long = files.filter(({ text }) => lineCount(text) > LINES_MAX).map(({ file }) => file);
    expect(long).to.deep.equal([]);
  });

  it(`has a median file of less than ${MEDIAN_LINES_LIMIT} lines`, () => {
    const counts = files.map(({ text }) => lineCount(text)).toSorted((one, other) => one - other);
    expect(counts[Math.floor(counts.length / 2)]).to.be.below(MEDIAN_LINES_LIMIT);
  });

  it('has no folder or file whose name says nothing of its content', () => {
    const names = /(^|\/)(utils?|helpers?|common|misc|types|index)(\.ts$|\/)/;
    expect(files.map(({ file }) => file).filter((file) => names.test(file))).to.deep.equal([]);
  });
});

describe('the search for circles', () => {
  it('finds one, and names what lies on it', () => {
    const arrows = new Map([
      ['a', new Set(['b', 'd'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);
    expect(circleIn(arrows)).to.deep.equal(['b', 'c', 'b']);
  });

  it('finds none where two ways lead to one place', () => {
    const arrows = new Map([
      ['a', new Set(['b', 'c'])],
      ['b', new Set(['d'])],
      ['c', new Set(['d'])],
    ]);
    expect(circleIn(arrows)).to.equal(undefined);
  });
});
