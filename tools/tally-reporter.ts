import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The number of tests of each kind. The file that `TALLY_FILE` names contains it as JSON. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** For each failure, what mocha prints of it. Absent if a program other than mocha counted. */
  failures?: string[];
}

/** mocha's own report, followed by one line for programs, or by a file if TALLY_FILE names one. */
export default class TallyReporter extends Mocha.reporters.Spec {
  override done(failures: number, exit?: (failures: number) => void): void {
    const { passes: passed, failures: failed, pending: skipped } = this.stats;
    const tally: Tally = { passed, failed, skipped, failures: this.failures.map(failureText) };
    const file = process.env['TALLY_FILE'];
    if (file === undefined) process.stdout.write(`${tallyLine(tally)}\n`);
    else writeFileSync(file, JSON.stringify(tally));
    exit?.(failures);
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
