// `npm run test:faults -- --help` says what can be asked for.

import { parseArgs } from 'node:util';
import { durableEnds } from './parts/durable-ends.ts';
import { judgedRun } from './parts/judged-run.ts';
import type { Part } from './parts/part.ts';
import { keepSection, sectionText } from './results-page.ts';
import { startClusterStore } from './stores/cluster.ts';
import { startSentinelStore } from './stores/sentinels.ts';
import { startSingleRedis } from './stores/single-redis.ts';

const PARTS: readonly Part[] = [
  {
    name: 'single',
    title: 'Two replicas over one Redis',
    run: (options) => judgedRun(startSingleRedis, options),
  },
  {
    name: 'sentinel',
    title: 'Two replicas over three Sentinels',
    run: (options) => judgedRun(startSentinelStore, options),
  },
  {
    name: 'sentinel-failovers',
    title: 'Durable ends over failovers with Sentinel',
    run: (options) => durableEnds(startSentinelStore, options),
  },
  {
    name: 'cluster',
    title: 'Two replicas over a Cluster',
    run: (options) => judgedRun(startClusterStore, options),
  },
  {
    name: 'cluster-failovers',
    title: 'Durable ends over failovers of a Cluster',
    run: (options) => durableEnds(startClusterStore, options),
  },
];

const USAGE = `npm run test:faults                  # all parts
npm run test:faults -- single        # only these: ${PARTS.map(({ name }) => name).join(', ')}
    --seconds N   # how long each part drives; 300 by default
    --users N     # how many users at once; 200 by default
    --seed N      # repeats the choices of a run; by default another one each time
    --times N     # how many failovers of each kind; 50 by default
    --keep        # writes the tables into test/faults/RESULTS.md`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '300' },
    users: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    times: { type: 'string', default: '50' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

// So that 'exit' comes, which ends what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

process.exitCode = values.help ? help() : await runParts();

function help(): number {
  process.stdout.write(`${USAGE}\n`);
  return 0;
}

async function runParts(): Promise<number> {
  const unknown = positionals.find((word) => PARTS.every(({ name }) => name !== word));
  if (unknown !== undefined) {
    process.stderr.write(`there is no part ${unknown}\n${USAGE}\n`);
    return 2;
  }
  let isRight = true;
  for (const part of PARTS) {
    if (positionals.length > 0 && !positionals.includes(part.name)) continue;
    // oxlint-disable no-await-in-loop -- parts must not disturb each other
    const result = await part.run({
      seconds: Number(values.seconds),
      seed: Number(values.seed),
      users: Number(values.users),
      times: Number(values.times),
      say: (what) => void process.stderr.write(`${part.name}: ${what}\n`),
    });
    const section = { name: part.name, title: part.title, text: result.table };
    process.stdout.write(`${await sectionText(section)}\n\n`);
    if (values.keep) await keepSection(section);
    // oxlint-enable no-await-in-loop
    isRight &&= result.isRight;
  }
  return isRight ? 0 : 1;
}
