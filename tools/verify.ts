// Everything that CI does: the static checks, then all tests with their coverage. All of it runs even
// if something fails early, and the last line has the totals.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { provideEnvoy } from './provision.ts';
import { STORE_SERVERS, provideStoreServer } from './store-servers.ts';
import { readTally, tallyLine } from './tally-reporter.ts';
import type { Tally } from './tally-reporter.ts';

const root = join(import.meta.dirname, '..');
const tallyFile = join(root, '.cache', 'tally.json');
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

/** What took how long, in the order in which it ended. */
const tookMs: [what: string, ms: number][] = [];
const SLOWEST_FILES = 25;

// The compilers run meanwhile.
const building = spawn('node', [join(import.meta.dirname, 'build-tools.ts')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const built = once(building, 'close').catch(() => {}); // then each test builds what it needs

for (const check of ['types', 'lint', 'format:check', 'knip']) {
  // Without an entry point every file would be unused.
  if (check === 'knip' && !existsSync(join(root, 'src', 'main.ts'))) continue;
  if (runs('npm', ['run', '--silent', check])) tally.passed += 1;
  else {
    tally.failed += 1;
    failures.push(`npm run ${check}`);
  }
}

// Fetched before the tests, so that no test waits for them. If one cannot be provided, it is reported here.
await Promise.all([provideEnvoy(), ...STORE_SERVERS.map(provideStoreServer)]);
// Checks have deadlines, which a machine that is busy with compilers misses.
process.stdout.write('\n> waiting until the programs of the tests are built\n');
await built;
tookMs.push(['until everything is built', performance.now()]);
mkdirSync(join(root, '.cache'), { recursive: true });
for (const suites of ['coverage', 'test:servers']) {
  rmSync(tallyFile, { force: true });
  const passed = runs('npm', ['run', '--silent', suites]);
  const tests = readTally(tallyFile);
  tally.passed += tests.passed;
  tally.skipped += tests.skipped;
  // A run that stopped early, or that tested nothing, has also failed.
  const failed = tests.failed || (passed && tests.passed > 0 ? 0 : 1);
  tally.failed += failed;
  failures.push(...(tests.failures ?? (failed === 0 ? [] : [`npm run ${suites}`])));
  const slowest = Object.entries(tests.filesMs ?? {}).toSorted(([, a], [, b]) => b - a);
  tookMs.push(...slowest.slice(0, SLOWEST_FILES));
}
// The end of a log is what people read first, and may be all that is kept of it.
const times = tookMs.map(([what, ms]) => `${(ms / 1000).toFixed(0).padStart(5)} s  ${what}`);
process.stdout.write(`\nWhat took the time:\n\n${times.join('\n')}\n`);
if (failures.length > 0) process.stdout.write(`\nWhat failed:\n\n${failures.join('\n\n')}\n`);
process.stdout.write(`\n${tallyLine(tally)}\n`);
process.exitCode = tally.failed === 0 ? 0 : 1;

function runs(command: string, args: string[]): boolean {
  process.stdout.write(`\n> ${args.at(-1)}\n`);
  const env = { ...process.env, TALLY_FILE: tallyFile };
  const beganAtMs = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  tookMs.push([args.at(-1) ?? '', performance.now() - beganAtMs]);
  if (status !== 0) process.stdout.write(`${args.at(-1)} failed\n`);
  return status === 0;
}
