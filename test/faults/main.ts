// `npm run test:faults -- --help` says what can be asked for.

import { parseArgs } from 'node:util';
import { PARTS } from './parts/all-parts.ts';
import { keepSection, sectionText } from './results-page.ts';

const NAMES = PARTS.map(({ name }) => name);

const USAGE = `npm run test:faults                  # all parts
npm run test:faults -- single        # only these: ${NAMES.join(', ')}
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
  const unknown = positionals.find((word) => !NAMES.includes(word));
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
    if (values.keep) await keepSection(section, NAMES);
    // oxlint-enable no-await-in-loop
    isRight &&= result.isRight;
  }
  return isRight ? 0 : 1;
}
