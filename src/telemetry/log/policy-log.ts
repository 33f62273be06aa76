import type { FilesObserver } from '../../files/followed-files.ts';
import type { FilesRejection } from '../../files/parse-files.ts';
import type { Problem } from '../../policy/file/problem.ts';
import type { PolicyVersion } from '../../policy/policy-version.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Log } from './log.ts';
import type { SourceLog } from './source-log.ts';

/** Problems in one line of the log. `curfew check-config` shows all of them. */
const PROBLEMS_LOGGED_MAX = 20;

/** The policy file in the log and the metrics. */
export class PolicyLog implements FilesObserver<PolicyVersion, Problem> {
  readonly #path: string;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #sources: SourceLog;

  constructor(path: string, log: Log, metrics: Metrics, sources: SourceLog) {
    this.#path = path;
    this.#log = log;
    this.#metrics = metrics;
    this.#sources = sources;
  }

  accepted({ policies, hash, warnings }: PolicyVersion): void {
    this.#metrics.policiesLoaded(policies, hash, Date.now());
    this.#sources.policiesLoaded(policies);
    this.#log.info(
      {
        event: 'policies_loaded',
        hash,
        sources: policies.sources.map(({ name }) => name),
        policies: policies.policies.map(({ name, mode }) =>
          mode === 'observe' ? `${name} (observe)` : name,
        ),
      },
      `${policies.policies.length} policies are in use`,
    );
    if (warnings.length === 0) return;
    this.#log.warn(
      { event: 'policies_warned', warnings: warnings.slice(0, PROBLEMS_LOGGED_MAX).map(lineOf) },
      'the policy file can be used, but has warnings',
    );
  }

  rejected(rejection: FilesRejection<Problem>): void {
    this.#metrics.config.rejected();
    const problems = problemLines(rejection);
    this.#log.error(
      {
        event: 'policies_rejected',
        policy_file: this.#path,
        problems: problems.slice(0, PROBLEMS_LOGGED_MAX),
        problem_count: problems.length,
      },
      'the policy file cannot be used; the last good version stays in use',
    );
  }

  restored(): void {
    this.#metrics.config.restored();
    this.#log.info(
      { event: 'policies_restored', policy_file: this.#path },
      'the policy file is good again',
    );
  }
}

/** What is wrong with a policy file, one problem a line. */
export function problemLines(rejection: FilesRejection<Problem>): readonly string[] {
  return rejection.kind === 'unreadable' ? [rejection.why] : rejection.problems.map(lineOf);
}

function lineOf({ file, line, column, message, hint }: Problem): string {
  return `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
