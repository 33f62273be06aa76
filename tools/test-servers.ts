// Runs the suites that depend on the server on the other servers, too. Everything else in `npm test`
// runs on the first one.

import { report, runMocha, totalOf } from './run-mocha.ts';
import { STORE_SERVERS } from './store-servers.ts';
import type { Tally } from './tally-reporter.ts';

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

const tallies: Tally[] = [];
for (const name of STORE_SERVERS.slice(1)) {
  process.stdout.write(`\n> on ${name}\n`);
  // oxlint-disable-next-line no-await-in-loop -- checks have a deadline, which a busy machine misses
  const tally = await runMocha({
    name: name.replace(' ', '-'),
    args: ['--grep', NOT_OF_A_SERVER, '--invert', ...SUITES],
    env: { STORE_SERVER: name, SEQUENCES },
  });
  const failures = tally.failures?.map((text) => `on ${name}: ${text}`) ?? [];
  // The first server has the times.
  tallies.push({ ...tally, failures, filesMs: {} });
}
report(totalOf(tallies));
