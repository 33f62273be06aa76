// Runs the suites that depend on the server on the other servers, too. Everything else in `npm test`
// runs on the first one.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_SERVERS } from './store-servers.ts';
import type { StoreServerName } from './store-servers.ts';
import { tallyLine } from './tally-reporter.ts';
import type { Tally } from './tally-reporter.ts';

const root = join(import.meta.dirname, '..');

// With the other suites of the store this would take minutes. They ask more of Curfew than of a server.
const STORE_SUITES = [
  'active-sessions',
  'lost-store',
  'mark-pass',
  'pending-ends',
  'primary-change',
  'read-by-earlier',
  'store-faults',
  'store-races',
  'store-scripts',
  'store-start',
  'subject-scripts',
];
const SUITES = [
  'test/conformance/**/*.test.ts',
  ...STORE_SUITES.map((name) => `test/integration/store/${name}.test.ts`),
];

// The memory store has no server, and the programs of the other servers are built without TLS.
const NOT_OF_A_SERVER = '(: memory| in memory |TLS)';

// The first server has run the most of them, with other seeds.
const SEQUENCES = '20';

const total = { passed: 0, failed: 0, skipped: 0, failures: [] as string[] };
for (const name of STORE_SERVERS.slice(1)) {
  // oxlint-disable-next-line no-await-in-loop -- checks have a deadline, which a busy machine misses
  const { passed, failed, skipped, failures = [] } = await runOn(name);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.failures.push(...failures.map((text) => `on ${name}: ${text}`));
}
const file = process.env['TALLY_FILE'];
if (file === undefined) process.stdout.write(`${tallyLine(total)}\n`);
else writeFileSync(file, JSON.stringify(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function runOn(name: StoreServerName): Promise<Tally> {
  process.stdout.write(`\n> on ${name}\n`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  const own = join(root, '.cache', 'tally-of-server.json');
  rmSync(own, { force: true });
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const chosen = ['--forbid-only', '--grep', NOT_OF_A_SERVER, '--invert', ...SUITES];
  const child = spawn(process.execPath, [mocha, ...chosen], {
    cwd: root,
    env: { ...process.env, STORE_SERVER: name, SEQUENCES, TALLY_FILE: own },
    stdio: 'inherit',
  });
  const [status] = (await once(child, 'close')) as [number | null];
  const tally = tallyIn(own);
  // A run that stopped early, or that tested nothing, has also failed.
  const whole = status === 0 && tally.passed > 0;
  if (whole || tally.failed > 0) return tally;
  return { ...tally, failed: 1, failures: ['the run stopped early, or tested nothing'] };
}

function tallyIn(path: string): Tally {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Tally;
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
