import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { publishTally, readTally } from './tally-reporter.ts';
import type { Tally } from './tally-reporter.ts';

const root = join(import.meta.dirname, '..');

export interface MochaRun {
  /** One word: of two runs at the same time, each has its own. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints is printed as a whole when it has ended. */
  readonly isKeptBack?: boolean;
}

/** Runs mocha in a process of its own. A run that stopped early, or tested nothing, has also failed. */
export async function runMocha({
  name,
  args,
  env = {},
  isKeptBack = false,
}: MochaRun): Promise<Tally> {
  const tallyFile = join(root, '.cache', `tally-${name}.json`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(tallyFile, { force: true });
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const child = spawn(process.execPath, [mocha, '--forbid-only', ...args], {
    cwd: root,
    env: { ...process.env, ...env, TALLY_FILE: tallyFile },
    stdio: isKeptBack ? ['ignore', 'pipe', 'inherit'] : 'inherit',
  });
  const printed = child.stdout === null ? '' : text(child.stdout);
  const [status] = (await once(child, 'close')) as [number | null];
  process.stdout.write(await printed);
  const tally = readTally(tallyFile);
  const isWhole = status === 0 && tally.passed > 0;
  if (isWhole || tally.failed > 0) return tally;
  return { ...tally, failed: 1, failures: [`${name}: the run stopped early, or tested nothing`] };
}

/** The sum of some runs. */
export function totalOf(tallies: readonly Tally[]): Tally {
  const sum = (count: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    failures: tallies.flatMap(({ failures = [] }) => failures),
    filesMs: Object.fromEntries(tallies.flatMap(({ filesMs = {} }) => Object.entries(filesMs))),
  };
}

/** Publishes the sum of all runs, and ends as they have. */
export function report(total: Tally): void {
  publishTally(total);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
