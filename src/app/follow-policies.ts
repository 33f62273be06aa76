import { parsePolicyFile } from '../policy/parse-policy-file.ts';
import type { Problem } from '../policy/problem.ts';
import { watchPolicies } from './policy-watch.ts';
import type { PolicyRejection, PolicyVersion } from './policy-watch.ts';
import type { Shell } from './shell.ts';
import { StartFault } from './start-fault.ts';

/** Problems in one log line; check-config shows them all. */
const PROBLEMS_LOGGED_MAX = 20;

/** The policy file in force, and whoever has to know when it changes. */
export interface FollowedPolicies {
  current(): PolicyVersion;
  /** Calls from now on with each version that comes into force. */
  onSwap(run: (version: PolicyVersion) => void): void;
  /** Reads the file again. */
  look(): void;
}

/**
 * Loads the policy file, follows it, and tells log and metrics of each change.
 * @throws {StartFault} when there is no good first version.
 */
export async function followPolicies(path: string, shell: Shell): Promise<FollowedPolicies> {
  const swapped: ((version: PolicyVersion) => void)[] = [];
  const watch = await watchPolicies(path, (text) => parsePolicyFile(text, path), {
    accepted: (version) => {
      inForce(version, shell);
      for (const run of swapped) run(version);
    },
    rejected: (rejection) => {
      tellRejection(path, rejection, shell);
    },
    restored: () => {
      shell.metrics.config.restored();
      shell.log.info(
        { event: 'policies_restored', policy_file: path },
        'the policy file is good again',
      );
    },
  });
  if ('kind' in watch) throw new StartFault('usage', linesOf(watch));
  shell.lifecycle.opened('policies', () => watch.close());
  inForce(watch.current, shell);
  return {
    current: () => watch.current,
    onSwap: (run) => swapped.push(run),
    look: () => watch.look(),
  };
}

function tellRejection(path: string, rejection: PolicyRejection, { log, metrics }: Shell): void {
  metrics.config.rejected();
  const problems = linesOf(rejection);
  log.error(
    {
      event: 'policies_rejected',
      policy_file: path,
      problems: problems.slice(0, PROBLEMS_LOGGED_MAX),
      problem_count: problems.length,
    },
    'the policy file is bad; the last good version stays in force',
  );
}

function linesOf(rejection: PolicyRejection): readonly string[] {
  return rejection.kind === 'unreadable' ? [rejection.why] : rejection.problems.map(lineOf);
}

function inForce({ policies, hash, warnings }: PolicyVersion, { log, metrics }: Shell): void {
  metrics.policiesInForce(policies, hash, Date.now());
  log.info(
    {
      event: 'policies_loaded',
      hash,
      sources: policies.sources.map(({ name }) => name),
      policies: policies.policies.map(({ name, mode }) =>
        mode === 'observe' ? `${name} (observe)` : name,
      ),
    },
    `${policies.policies.length} policies in force`,
  );
  if (warnings.length === 0) return;
  const lines = warnings.slice(0, PROBLEMS_LOGGED_MAX).map(lineOf);
  log.warn({ event: 'policies_warned', warnings: lines }, 'the policy file is good, but read this');
}

function lineOf({ file, line, column, message, hint }: Problem): string {
  return `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
