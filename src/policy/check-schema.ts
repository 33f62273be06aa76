import type * as z from 'zod';
import { knownKeysAt } from './json-schema.ts';
import { nearestWord, suggestion } from './nearest-word.ts';
import type { PolicyEntry, PolicyFile, SourceEntry } from './policy-file.ts';
import { policyFileSchema, policySchema } from './policy-file-schema.ts';
import type { PathStep, Report } from './problem.ts';
import { sourceSchema } from './source-schema.ts';
import { FILE_LIMITS } from './file-limits.ts';

/** A file as far as its structure holds. Entries that are broken are `undefined`, so that the rest can be checked. */
export interface DraftFile {
  readonly sources: readonly (SourceEntry | undefined)[];
  readonly policies: readonly (PolicyEntry | undefined)[];
  readonly settings: Omit<PolicyFile, 'sources' | 'policies'>;
  /** The structure holds everywhere. */
  readonly whole: boolean;
}

const MERGE_KEY_HINT = 'YAML 1.2 has no merge keys: repeat the lines';

type Issue = z.core.$ZodIssue;

/** Checks the structure: keys, types, spellings. */
export function checkSchema(value: unknown, report: Report): DraftFile {
  const whole = policyFileSchema.safeParse(value);
  if (whole.success) {
    const { sources, policies, ...settings } = whole.data;
    return { sources, policies, settings, whole: true };
  }
  for (const issue of whole.error.issues) tell(issue, value, [], report);
  const literal = at(value, ['ambiguous_paths']) === 'literal';
  return {
    sources: entries(value, 'sources', FILE_LIMITS.sourcesMax, sourceSchema),
    policies: entries(value, 'policies', FILE_LIMITS.policiesMax, policySchema),
    settings: { version: 1, ambiguous_paths: literal ? 'literal' : 'strictest' },
    whole: false,
  };
}

function entries<T>(
  value: unknown,
  key: string,
  max: number,
  schema: z.ZodType<T>,
): readonly (T | undefined)[] {
  const list = at(value, [key]);
  return Array.isArray(list) ? list.slice(0, max).map((entry) => schema.safeParse(entry).data) : [];
}

function tell(issue: Issue, value: unknown, base: readonly PathStep[], report: Report): void {
  const path = [...base, ...(issue.path as PathStep[])];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, FILE_LIMITS.problemsMax + 1)) {
      const hint = key === '<<' ? MERGE_KEY_HINT : suggestion(key, knownKeysAt(path));
      report([...path, key], 'is not known here', hint, 'key');
    }
    return;
  }
  const found = at(value, path);
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((errors) => errors.every((error) => fitsBranch(error)));
    if (branch === undefined || branch.length === 0) complain(issue, found, path, report);
    else for (const error of branch) tell(error, value, path, report);
    return;
  }
  complain(issue, found, path, report);
}

/** The branch of a union that has the type of what is there: complaints about the others would mislead. */
function fitsBranch(error: Issue): boolean {
  if (error.path.length > 0 || error.code === 'unrecognized_keys') return true;
  return error.code !== 'invalid_type' && error.code !== 'invalid_value';
}

function complain(issue: Issue, found: unknown, path: readonly PathStep[], report: Report): void {
  const [message = '', hint] = wordsOf(issue).split('\n');
  if (found === undefined) report(path, 'is missing', message);
  else if (issue.code === 'invalid_value' && typeof found === 'string') {
    const near = nearestWord(found, issue.values.map(String));
    report(path, message, near === undefined ? hint : `did you mean "${near}"?`);
  } else report(path, message, hint);
}

/** The library's own words, where ours are not set, in the words of YAML. */
function wordsOf(issue: Issue): string {
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  if (issue.code !== 'invalid_type') return 'has an unexpected value';
  return issue.expected === 'object' || issue.expected === 'record'
    ? 'expected a map'
    : `expected ${issue.expected === 'array' ? 'a list' : issue.expected}`;
}

function at(value: unknown, path: readonly PathStep[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step))
      return undefined;
    found = (found as Record<PathStep, unknown>)[step];
  }
  return found;
}
