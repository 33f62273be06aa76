// `npm run bench -- --help` says what can be asked for.

import { join } from 'node:path';
import { PARTS } from './all-parts.ts';
import { readCommandLine } from './command-line.ts';
import type { RunParts } from './command-line.ts';
import { CannotCompare } from './compare/cannot-compare.ts';
import { runComparison } from './compare/run-comparison.ts';
import { BuildFailed, buildCurfew } from './curfew-program.ts';
import { loadAverage } from './machine.ts';
import { Report, sectionOf, USAGE } from './report.ts';

/** Asked for what cannot be done, or could not do it. One is the answer of a comparison. */
const EXIT_FAILED = 2;

// So that 'exit' comes, which ends what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CannotCompare || error instanceof BuildFailed)) throw error;
  if (error instanceof BuildFailed) process.stderr.write(error.output);
  process.exitCode = failed(error.message);
}

async function run(words: readonly string[]): Promise<number> {
  const command = readCommandLine(
    words,
    PARTS.map(({ name }) => name),
  );
  switch (command.kind) {
    case 'help':
      process.stdout.write(`${USAGE}\n`);
      return 0;
    case 'mistake':
      return failed(command.line);
    case 'compare':
      return runComparison(command);
    case 'parts':
      return runParts(command);
    default:
      return command satisfies never;
  }
}

function failed(line: string): number {
  process.stderr.write(`${line}\n`);
  return EXIT_FAILED;
}

async function runParts({ parts, size, runsSources, transport }: RunParts): Promise<number> {
  const wanted = PARTS.filter(({ name, isKept }) =>
    parts.length === 0 ? isKept : parts.includes(name),
  );
  const program = runsSources
    ? join(import.meta.dirname, '..', '..', 'src', 'main.ts')
    : await buildCurfew();
  const report = new Report(
    join(import.meta.dirname, 'README.md'),
    PARTS.filter(({ isKept }) => isKept),
  );
  for (const part of wanted) {
    const before = loadAverage();
    const say = (what: string): void => void process.stderr.write(`${part.name}: ${what}\n`);
    // oxlint-disable no-await-in-loop -- parts must not disturb each other
    const result = await part.run({ size, program, transport, say });
    const section = await sectionOf(part, result, before);
    process.stdout.write(`${section}\n\n`);
    if (size === 'full' && part.isKept) await report.put(part, section);
    // oxlint-enable no-await-in-loop
  }
  return 0;
}
