import type { Problem } from './file/problem.ts';
import type { PolicySet } from './selection/policy-set.ts';

/** One good version of the policy file. */
export interface PolicyVersion {
  readonly policies: PolicySet;
  /** The start of the SHA-256 of the file's content. */
  readonly hash: string;
  /** What the operator should know about the file, although it can be used: assumptions first. */
  readonly warnings: readonly Problem[];
}
