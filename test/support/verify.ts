// Everything that CI does, in one go: the static checks, then all tests with their coverage. All of
// it runs even when something fails early, and the last line sums up.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { provideEnvoy, provideRedisServer } from './provision.ts';
import { tallyLine } from './tally-reporter.ts';
import type { Tally } from './tally-reporter.ts';

const root = join(import.meta.dirname, '..', '..');
const tallyFile = join(root, '.cache', 'tally.json');
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };

// The compilers' minutes are hidden behind the tests that do not need them, which run first.
const building = spawn('nice', ['-n', '19', 'node', join(import.meta.dirname, 'build-tools.ts')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
building.on('error', () => {}); // without it each test builds what it needs

for (const check of ['types', 'lint', 'format:check', 'knip']) {
  // What nothing uses shows only once there is an entry point to use it.
  if (check === 'knip' && !existsSync(join(root, 'src', 'main.ts'))) continue;
  if (runs('npm', ['run', '--silent', check])) tally.passed += 1;
  else tally.failed += 1;
}

// Fetched before the tests, so that none of them waits for it. What is not to be had says so here.
await Promise.all([provideEnvoy(), provideRedisServer()]);
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(tallyFile, { force: true });
const passed = runs('npm', ['run', '--silent', 'coverage']);
building.kill();
const tests = readTally();
tally.passed += tests.passed;
tally.skipped += tests.skipped;
// A run that broke before its end, or one that tested nothing, has failed as well.
tally.failed += tests.failed || (passed && tests.passed > 0 ? 0 : 1);

process.stdout.write(`\n${tallyLine(tally)}\n`);
process.exitCode = tally.failed === 0 ? 0 : 1;

function runs(command: string, args: string[]): boolean {
  process.stdout.write(`\n> ${args.at(-1)}\n`);
  const env = { ...process.env, TALLY_FILE: tallyFile };
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.stdout.write(`${args.at(-1)} failed\n`);
  return status === 0;
}

function readTally(): Tally {
  try {
    return JSON.parse(readFileSync(tallyFile, 'utf8')) as Tally;
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
