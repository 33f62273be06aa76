import type { ParsedPolicyFile } from '../policy/parse-policy-file.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Problem } from '../policy/problem.ts';
import { FollowedFiles } from './followed-files.ts';
import type { FilesRejection, FollowedFilesEvents } from './followed-files.ts';

/** One good version of the policy file. */
export interface PolicyVersion {
  readonly policies: PolicySet;
  /** The start of the SHA-256 of the file's content. */
  readonly hash: string;
  readonly warnings: readonly Problem[];
}

/** Why a file is not taken into force. */
export type PolicyRejection = FilesRejection<Problem>;

/** The policy file in force: one check sees one version. */
export type PolicyWatch = FollowedFiles<PolicyVersion, Problem>;

/** Loads the first version of a policy file and then follows it; without a good first version tells why. */
export function watchPolicies(
  path: string,
  parse: (text: string) => ParsedPolicyFile,
  events: FollowedFilesEvents<PolicyVersion, Problem>,
  pollMs?: number,
): Promise<PolicyWatch | PolicyRejection> {
  const judge = ([text = '']: readonly string[], hash: string) => {
    const parsing = parse(text);
    if (parsing.kind === 'problems') return parsing;
    const { policies, warnings } = parsing;
    return { kind: 'good', version: { policies, hash, warnings } } as const;
  };
  return FollowedFiles.start({ paths: [path], judge }, events, pollMs);
}
