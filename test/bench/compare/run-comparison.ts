import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../support/processes/run-command.ts';
import type { CompareCommand } from '../command-line.ts';
import { BuildFailed, buildCurfew } from '../curfew-program.ts';
import { figure } from '../figures.ts';
import { describeMachine, loadAverage } from '../machine.ts';
import { canPin } from '../on-core.ts';
import { benchPolicy } from '../workload.ts';
import { CannotCompare } from './cannot-compare.ts';
import { compareVersions } from './compare-versions.ts';
import type { CompareChecks, Comparison } from './compare-versions.ts';
import { comparisonTable, judge, ratioOf } from './comparison.ts';
import { copyBuild } from './copy-build.ts';
import { provideVersion } from './other-version.ts';

/** V8 goes on compiling for some hundred thousand checks. */
const CHECKS: Readonly<Record<CompareCommand['size'], CompareChecks>> = {
  quick: { firstWarmUp: 50_000, warmUp: 2_000, measured: 5_000 },
  full: { firstWarmUp: 150_000, warmUp: 2_000, measured: 20_000 },
};
/** What the build of this tree is made of: changes elsewhere make no other program. */
const BUILT_FROM = ['src', 'proto', 'package.json', 'package-lock.json', 'tsconfig*.json'];

const tree = join(import.meta.dirname, '..', '..', '..');
const cache = join(tree, '.cache', 'bench');

/**
 * Compares this tree with a commit and prints what came of it. Answers the exit code: 1 where a
 * limit was given and the new version is not shown to keep it.
 * @throws {CannotCompare}
 */
export async function runComparison(command: CompareCommand): Promise<number> {
  const say = (what: string): void => void process.stderr.write(`check: ${what}\n`);
  const policy = await policyOf(command.policyPath);
  const policies = {
    old: policy,
    new: command.newPolicyPath === undefined ? policy : await policyOf(command.newPolicyPath),
  };
  const old = await provideVersion(command.commit, { tree, cache, say });
  const name = await nameOfThisTree();
  say(`building ${name}`);
  await buildThisTree(name);
  const copy = join(cache, `this-tree-${process.pid}`);
  process.once('exit', () => rmSync(copy, { recursive: true, force: true })); // also on Ctrl-C
  const versions = { new: { name, program: await copyBuild(tree, copy) }, old };
  const startLoad = loadAverage();
  const { rounds, size, transport } = command;
  const checks = CHECKS[size];
  const comparison = await compareVersions({
    versions,
    policies,
    transport,
    rounds,
    checks,
    say,
  });
  const title = `## ${name} beside ${old.name}`;
  const stamp = `_${await describeMachine()} · load average before and after ${startLoad} and ${loadAverage()}_`;
  const { isWithin, sentence } = judge(comparison.rounds, command.withinPercent);
  const parts = [title, stamp, comparisonTable(comparison.rounds), words(comparison, checks)];
  process.stdout.write(`${[...parts, sentence].join('\n\n')}\n`);
  return isWithin || command.withinPercent === undefined ? 0 : 1;
}

async function policyOf(path: string | undefined): Promise<string> {
  if (path === undefined) return benchPolicy();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CannotCompare(`the policy file cannot be read: ${String(error)}`, { cause: error });
  }
}

async function nameOfThisTree(): Promise<string> {
  const git = async (...args: string[]): Promise<string> =>
    (await runCommand('git', args, { cwd: tree })).stdout.trim();
  const head = await git('rev-parse', '--short=7', 'HEAD');
  const changes = await git('status', '--porcelain', '--', ...BUILT_FROM);
  return `this tree (${head}${changes === '' ? '' : ' with changes'})`;
}

async function buildThisTree(name: string): Promise<void> {
  try {
    await buildCurfew(tree);
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
    throw new CannotCompare(`${name}: ${error.message}`, { cause: error });
  }
}

function words({ rounds, noVerdict }: Comparison, checks: CompareChecks): string {
  const { rank, confidence } = ratioOf(rounds, 'sumUs').interval;
  const where = canPin ? 'Curfew on one core, Redis and the load on the other' : 'no core pinned';
  return `User and system time of a check, median (min–max) of ${rounds.length} rounds, with 64 in flight and 1 000
sessions (${where}). Each round starts both versions
afresh, each over a Redis of its own, and has eight turns of ${figure(checks.measured)} checks, four for each. New / old
is the median of the rounds' ratios; its interval goes from the ratio of rank ${rank} to that of rank ${rounds.length + 1 - rank},
and holds the true median in ${(confidence * 100).toFixed(1)} % of such runs. Checks without a verdict: new ${noVerdict.new}, old ${noVerdict.old}.`;
}
