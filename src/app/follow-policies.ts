import { FollowedFiles } from '../files/followed-files.ts';
import type { Followed } from '../files/followed-files.ts';
import type { ParsedFiles, ParseOccasion } from '../files/parse-files.ts';
import type { WatchTimes } from '../files/watched-file.ts';
import type { Problem } from '../policy/file/problem.ts';
import { loadInSteps } from '../policy/loaded-policies.ts';
import { parsePolicyFile } from '../policy/parse-policy-file.ts';
import type { ParsedPolicyFile } from '../policy/parse-policy-file.ts';
import type { PolicyVersion } from '../policy/policy-version.ts';
import { StartFault } from '../process/start-fault.ts';
import { problemLines } from '../telemetry/log/policy-log.ts';
import { inSlices } from './policy-thread/in-slices.ts';
import { judgeInThread } from './policy-thread/judge-in-thread.ts';
import type { JudgeOptions } from './policy-thread/judge-in-thread.ts';
import type { Shell } from './shell.ts';

/** The policy file. A check uses one version of it from beginning to end. */
export type FollowedPolicies = Followed<PolicyVersion>;

/** What a test may choose. */
export type FollowOptions = WatchTimes & Omit<JudgeOptions, 'signal'>;

/**
 * Loads the policy file and follows it. While the process serves, a changed file is judged in a
 * thread of its own.
 * @throws {StartFault} when there is no good first version
 */
export async function followPolicies(
  path: string,
  { lifecycle, telemetry }: Shell,
  options: FollowOptions = {},
): Promise<FollowedPolicies> {
  const parse = async (
    [text = '']: readonly string[],
    hash: string,
    occasion: ParseOccasion,
  ): Promise<ParsedFiles<PolicyVersion, Problem>> => {
    if (occasion.isFirst) return versionOf(parsePolicyFile(text, path), hash);
    try {
      const { signal } = occasion;
      return versionOf(await parseWhileServing(text, path, { ...options, signal }), hash);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown fault';
      return { kind: 'failed', why: `${path} cannot be judged: ${why}` };
    }
  };
  const files = { paths: [path], parse };
  const followed = await FollowedFiles.start(files, telemetry.policyFile(path), options);
  if ('kind' in followed) throw new StartFault('usage', problemLines(followed));
  lifecycle.opened('policies', () => followed.close());
  return followed;
}

/** Like `parsePolicyFile`, without a long pause of this thread. */
async function parseWhileServing(
  text: string,
  path: string,
  options: JudgeOptions,
): Promise<ParsedPolicyFile> {
  const judged = await judgeInThread(text, path, options);
  if (judged.kind === 'problems') return judged;
  const { file, ...rest } = judged;
  return { ...rest, policies: await inSlices(loadInSteps(file), options.signal) };
}

function versionOf(parsed: ParsedPolicyFile, hash: string): ParsedFiles<PolicyVersion, Problem> {
  if (parsed.kind === 'problems') return parsed;
  const { policies, assumptions, warnings } = parsed;
  return {
    kind: 'good',
    version: { policies, hash, warnings: [...assumptions, ...warnings] },
  };
}
