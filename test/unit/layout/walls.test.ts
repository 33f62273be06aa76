import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect } from 'chai';
import { importsOf } from './source-files.ts';

// The folders at the top of the repository. The linter checks the same rule; this test repeats it
// without the linter.

/** For each folder the folders beside it that its files must not import. */
const WALLS = {
  src: ['test', 'tools', 'deploy'],
  tools: ['test', 'deploy'],
  deploy: ['test', 'tools'],
} as const;

type Folder = keyof typeof WALLS;

const root = join(import.meta.dirname, '..', '..', '..');

function filesOf(folder: Folder): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mts|mjs|js)$/.test(file))
    .map((file) => posix.join(folder, file));
}

/** What the text of `file` (a path below the root) imports although a wall forbids it. */
function breaches(file: string, text: string): string[] {
  const forbidden: readonly string[] = WALLS[file.split('/')[0] as Folder];
  return importsOf(text)
    .map(({ target }) => posix.join(posix.dirname(file), target))
    .filter((path) => forbidden.includes(path.split('/')[0] ?? ''))
    .map((path) => `${file} imports ${path}`);
}

describe('the walls between the top folders', () => {
  for (const folder of Object.keys(WALLS) as Folder[]) {
    it(`are kept by every file of ${folder}`, () => {
      const files = filesOf(folder);
      expect(files).to.not.be.empty;
      const found = files.flatMap((file) => breaches(file, readFileSync(join(root, file), 'utf8')));
      expect(found).to.deep.equal([]);
    });
  }

  const broken: [string, string][] = [
    ['src/app/a.ts', "import { withLock } from '../../tools/lock.mjs';"],
    ['src/a.ts', "import type { B } from '../test/support/b.ts';"],
    ['tools/a.ts', "import { b } from '../test/support/b.ts';"],
    ['tools/a.mjs', "await import('../test/support/b.ts');"],
    ['deploy/grafana/a.ts', "import { b } from '../../test/support/b.ts';"],
  ];
  for (const [file, text] of broken) {
    it(`forbid ${file} to say ${text}`, () => {
      expect(breaches(file, text)).to.have.lengthOf(1);
    });
  }

  it('let a folder import itself, and tools be named as data', () => {
    expect(breaches('tools/a.ts', "import { b } from './test/b.ts';")).to.deep.equal([]);
    expect(breaches('tools/a.ts', "join('..', 'test', 'programs')")).to.deep.equal([]);
  });
});
