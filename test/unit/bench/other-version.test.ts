import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { CannotCompare } from '../../bench/compare/cannot-compare.ts';
import { copyBuild } from '../../bench/compare/copy-build.ts';
import { provideVersion } from '../../bench/compare/other-version.ts';

/** A build that leaves an entry point with the text of `src.txt`, and counts how often it ran. */
const BUILD = `mkdir -p dist && cp src.txt dist/main.js && echo built >> ../builds`;

describe('another version for a comparison', function () {
  this.timeout(60_000); // git and npm, some dozens of times
  let folder = '';
  let [tree, cache] = ['', ''];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'curfew-versions-'));
    [tree, cache] = [join(folder, 'tree'), join(folder, 'tree', '.cache', 'bench')];
    mkdirSync(tree);
    git('init', '--quiet');
    write('.gitignore', 'node_modules\n.cache\ndist\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is built apart, and leaves the tree as it is', async () => {
    const first = commit({ 'package.json': packageFile(BUILD), 'src.txt': 'first' });
    commit({ 'src.txt': 'second' });
    write('src.txt', 'not committed');
    const { name, program } = await provide(first);
    expect(name).to.equal(first.slice(0, 7));
    expect(readFileSync(program, 'utf8')).to.equal('first');
    expect(readFileSync(join(tree, 'src.txt'), 'utf8')).to.equal('not committed');
    expect(readdirSync(tree)).not.to.include('dist');
    expect(git('status', '--porcelain')).to.equal('M src.txt');
  });

  it('is found by any name that git knows, and built once', async () => {
    commit({ 'package.json': packageFile(BUILD), 'src.txt': 'first' });
    git('tag', '--annotate', '--message=x', 'v1');
    const [one, other] = [await provide('v1'), await provide('HEAD')];
    expect(one).to.deep.equal(other);
    expect(readFileSync(join(cache, 'builds'), 'utf8')).to.equal('built\n');
  });

  it('is built again where an earlier build was not finished', async () => {
    const hash = commit({ 'package.json': packageFile(BUILD), 'src.txt': 'first' });
    const { program } = await provide('HEAD');
    rmSync(program);
    mkdirSync(join(cache, `${hash}.part`)); // as an interrupted run leaves it
    expect(readFileSync((await provide('HEAD')).program, 'utf8')).to.equal('first');
  });

  it('is lent the packages of the tree where the lock files are equal', async () => {
    commit({ 'package.json': packageFile(BUILD), 'src.txt': '', 'package-lock.json': 'lock' });
    install('lock');
    expect(packagesOf(await provide('HEAD'))).to.equal(join(tree, 'node_modules'));
  });

  const own: readonly (readonly [string, string, string])[] = [
    ['the lock files differ', 'other lock', 'other lock'],
    ['those of the tree are not the ones of its lock file', 'lock', 'other lock'],
  ];
  for (const [when, treeLock, installed] of own) {
    it(`gets packages of its own where ${when}`, async () => {
      const first = commit({
        'package.json': packageFile(BUILD),
        'src.txt': '',
        'package-lock.json': 'lock',
      });
      commit({ 'package-lock.json': treeLock, 'more.txt': '' });
      install(installed);
      expect(packagesOf(await provide(first))).to.equal(undefined);
    });
  }

  it('gives back what it was lent before it installs, and is built again', async () => {
    const first = commit({
      // As the runner does it: an installation wherever the packages are not stamped with the lock.
      'package.json': packageFile(`${BUILD} && mkdir -p node_modules && touch node_modules/own`),
      'src.txt': '',
      'package-lock.json': 'lock',
    });
    install('lock');
    expect(packagesOf(await provide(first))).to.equal(join(tree, 'node_modules'));
    rmSync(join(tree, 'node_modules', 'own'));
    commit({ 'package-lock.json': 'other lock' });
    install('other lock');
    await provide(first);
    expect(readdirSync(join(tree, 'node_modules'))).to.deep.equal(['.installed']);
    expect(readFileSync(join(cache, 'builds'), 'utf8')).to.equal('built\nbuilt\n');
  });

  it('is refused in one line where there is no such commit', async () => {
    commit({ 'package.json': packageFile(BUILD), 'src.txt': '' });
    for (const name of [
      'nope',
      'HEAD~9',
      'HEAD:src.txt',
      '--all',
      'HEAD..HEAD',
      'a\nb',
      '0000000',
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await refusalOf(name)).to.equal(
        `${JSON.stringify(name)} is not a commit of this repository`,
      );
    }
  });

  it('is refused in one line where there is no repository', async () => {
    rmSync(join(tree, '.git'), { recursive: true });
    expect(await refusalOf('HEAD')).to.match(/^"HEAD" is not a commit .*: not a git repository/);
  });

  it('is refused without a build script, though a folder above has one', async () => {
    const bare = commit({ 'src.txt': '' });
    commit({ 'package.json': packageFile(BUILD) });
    expect(await refusalOf(bare)).to.equal(`${bare.slice(0, 7)} has no build script`);
  });

  it('is refused with the first fault of a build that fails', async () => {
    const script = `echo before && echo 'src/a.ts(1,2): error TS1: wrong' && echo after && exit 3`;
    const hash = commit({ 'package.json': packageFile(script), 'src.txt': '' });
    const log = join(cache, `${hash}.build.log`);
    expect(await refusalOf('HEAD')).to.equal(
      `${hash.slice(0, 7)}: the build failed: src/a.ts(1,2): error TS1: wrong (all of it: ${log})`,
    );
    expect(readFileSync(log, 'utf8')).to.include('before').and.include('after');
  });

  it('is refused where the build leaves nothing that could be started', async () => {
    commit({ 'package.json': packageFile('true'), 'src.txt': '' });
    expect(await refusalOf('HEAD')).to.include('the build failed: it left no dist/main.js');
  });

  it('stays as it was built while the tree is built again', async () => {
    write('package.json', JSON.stringify({ type: 'module', files: ['dist', 'proto'] }));
    write('dist/main.js', `import 'x'; process.stdout.write('first');`);
    write('proto/a.proto', 'a');
    write('node_modules/x/package.json', JSON.stringify({ main: 'x.js' }));
    write('node_modules/x/x.js', '');
    const program = await copyBuild(tree, join(cache, 'copy'));
    write('dist/main.js', `process.stdout.write('second');`);
    expect(readFileSync(join(dirname(program), '..', 'proto', 'a.proto'), 'utf8')).to.equal('a');
    expect(execFileSync(process.execPath, [program], { encoding: 'utf8' })).to.equal('first');
  });

  function provide(name: string) {
    return provideVersion(name, { tree, cache, say: () => undefined });
  }

  async function refusalOf(name: string): Promise<string> {
    const error: unknown = await provide(name).catch((fault: unknown) => fault);
    expect(error).to.be.instanceOf(CannotCompare);
    const { message } = error as CannotCompare;
    expect(message).not.to.include('\n');
    return message;
  }

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }

  function commit(files: Readonly<Record<string, string>>): string {
    for (const [path, text] of Object.entries(files)) write(path, text);
    git('add', '--all');
    git('commit', '--quiet', '--message=x');
    return git('rev-parse', 'HEAD');
  }

  /** Packages that the runner holds for those of this lock file. */
  function install(lock: string): void {
    write('node_modules/.installed', createHash('sha256').update(lock).digest('hex'));
  }

  function git(...args: string[]): string {
    const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
    return execFileSync('git', [...who, ...args], { cwd: tree, encoding: 'utf8' }).trim();
  }
});

function packageFile(build: string): string {
  return JSON.stringify({ name: 'x', version: '1.0.0', type: 'module', scripts: { build } });
}

/** The folder that its packages are lent from, if they are. */
function packagesOf({ program }: { program: string }): string | undefined {
  const packages = join(dirname(program), '..', 'node_modules');
  const isLink = lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realpathSync(packages) : undefined;
}
