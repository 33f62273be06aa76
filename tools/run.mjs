// Runs a command with everything that this repository needs: `node tools/run.mjs npx mocha FILE`.
//
// Plain JavaScript without dependencies, because it runs on the machine's Node, before anything is
// installed. It installs the packages if the lock file has changed, fetches a Node 24 if its own Node
// cannot run TypeScript (before 22.18), puts both bin folders first on PATH, and runs the command.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

const NODE_FLOOR = [22, 18];
const NODE_VERSION = '24.21.0';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command, ...args] = process.argv.slice(2);

if (command === undefined) fail('usage: node tools/run.mjs COMMAND [ARGUMENT ...]');

const nodeBin = isNodeNewEnough() ? dirname(process.execPath) : await provideNode();
await providePackages();
handOver();

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [floorMajor, floorMinor] = NODE_FLOOR;
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

/** The bin folder of a Node 24 from npm. It is not in package.json, because users have their own. */
async function provideNode() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    fail(
      `Node ${process.versions.node} cannot run TypeScript; please install Node ${NODE_FLOOR.join('.')} or newer ` +
        `(it is fetched automatically only on Linux x64 and arm64).`,
    );
  }
  const name = `node-linux-${process.arch}`;
  const folder = join(root, '.cache', 'node24');
  await once('node24', join(folder, 'installed'), `${name}@${NODE_VERSION}`, () => {
    mkdirSync(folder, { recursive: true });
    // prettier-ignore
    npm('install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', `${name}@${NODE_VERSION}`);
  });
  return join(folder, 'node_modules', name, 'bin');
}

/** Installs the packages of the lock file, unless exactly these are installed already. */
async function providePackages() {
  const lockFile = readFileSync(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lockFile).digest('hex');
  await once('packages', join(root, 'node_modules', '.installed'), hash, () => {
    npm('ci', '--ignore-scripts');
  });
}

/** Does `work` unless the file `stamp` says that it was done for `key`; one process at a time. */
async function once(lock, stamp, key, work) {
  if (isStamped(stamp, key)) return;
  await withLock(join(root, '.cache', `${lock}.lock`), async () => {
    if (isStamped(stamp, key)) return;
    work();
    writeFileSync(stamp, key);
  });
}

function isStamped(stamp, key) {
  try {
    return readFileSync(stamp, 'utf8') === key;
  } catch {
    return false;
  }
}

// On stderr, so that it does not mix with the output of the command. Without npm's engine warnings,
// because npm may run on the older Node here.
function npm(...npmArgs) {
  const what = npmArgs[0] === 'ci' ? "the project's packages" : 'a Node 24 for this project';
  process.stderr.write(`installing ${what}: npm ${npmArgs[0]} ...\n`);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  // prettier-ignore
  const { status, error } = spawnSync('npm', [...npmArgs, ...quiet], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`npm ${npmArgs.join(' ')} failed`, { cause: error ?? status });
}

function handOver() {
  const env = { ...process.env };
  env.PATH = [nodeBin, join(root, 'node_modules', '.bin'), env.PATH].join(delimiter);
  // An outer npm sets these to the path of its own Node, which may be older.
  delete env.NODE;
  delete env.npm_node_execpath;

  const child = spawn(command, args, { env, stdio: 'inherit' });
  child.on('error', (error) => fail(`cannot run ${command}: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends its Ctrl-C to the child, too: forwarded, it would count twice.
    const comesFromTerminal = signal === 'SIGINT' && process.stdin.isTTY;
    process.on(signal, () => comesFromTerminal || child.kill(signal));
  }
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
