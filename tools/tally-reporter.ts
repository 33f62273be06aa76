import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

/** The number of tests of each kind. The file that `TALLY_FILE` names contains it as JSON. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** For each failure, what mocha prints of it. Absent if a program other than mocha counted. */
  failures?: string[];
  /** How long each test file took, with its hooks. Absent if a program other than mocha counted. */
  filesMs?: Record<string, number>;
}

/** mocha's own report, followed by one line for programs, or by a file if TALLY_FILE names one. */
export default class TallyReporter extends Mocha.reporters.Spec {
  readonly #filesMs: Record<string, number> = {};
  #lastMs = performance.now();

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('test end', ({ file }) => this.#measure(file));
    runner.on('hook end', ({ file, parent }) => this.#measure(file ?? parent?.file));
  }

  /** Counts the time since the last test or hook for this file. */
  #measure(file = ''): void {
    const nowMs = performance.now();
    const name = relative(process.cwd(), file);
    this.#filesMs[name] = (this.#filesMs[name] ?? 0) + nowMs - this.#lastMs;
    this.#lastMs = nowMs;
  }

  override done(failures: number, exit?: (failures: number) => void): void {
    const { passes: passed, failures: failed, pending: skipped } = this.stats;
    const tally: Tally = {
      passed,
      failed,
      skipped,
      failures: this.failures.map(failureText),
      filesMs: this.#filesMs,
    };
    publishTally(tally);
    exit?.(failures);
  }
}

/** Into the file that TALLY_FILE names, or else as a line. */
export function publishTally(tally: Tally): void {
  const file = process.env['TALLY_FILE'];
  if (file === undefined) process.stdout.write(`${tallyLine(tally)}\n`);
  else writeFileSync(file, JSON.stringify(tally));
}

/** What was published there; nothing if the run did not come to its end. */
export function readTally(file: string): Tally {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tally;
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

/** `12 passed, 0 failed, 1 skipped` */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The full title of a failed test and why it failed, for the end of a log of many thousand lines. */
function failureText(test: Mocha.Test): string {
  const { err } = test as { err?: Error };
  return `${test.fullTitle()}\n${err?.stack ?? err?.message ?? 'without an error'}`;
}
