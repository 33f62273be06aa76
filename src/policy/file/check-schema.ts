import type * as z from 'zod';
import { knownKeysAt } from './json-schema.ts';
import { nearestWord, suggestion } from '../../terms/nearest-word.ts';
import { matcherSchema, passiveMatcherSchema } from './matcher-schema.ts';
import { jwtSchema } from './jwt-schema.ts';
import type {
  JwtEntry,
  MatcherEntry,
  PassiveEntry,
  PolicyEntry,
  PolicyFile,
  SourceEntry,
} from './policy-file.ts';
import { policyFileSchema } from './policy-file-schema.ts';
import { policySchema } from './policy-schema.ts';
import type { PathStep, Report } from './problem.ts';
import { readableEntry, type EntryReader, type ReadableEntry } from './readable-entry.ts';
import { sourceSchema } from './source-schema.ts';
import { FILE_LIMITS } from './file-limits.ts';

/** A file whose structure may be broken. */
export interface DraftFile {
  /** `undefined` for a broken entry, for checks that compare entries. */
  readonly sources: readonly (SourceEntry | undefined)[];
  readonly policies: readonly (PolicyEntry | undefined)[];
  /** The same with what can be read of broken entries, for checks of single entries. */
  readonly readableSources: readonly (ReadableSource | undefined)[];
  readonly readablePolicies: readonly (ReadablePolicy | undefined)[];
  readonly settings: Omit<PolicyFile, 'sources' | 'policies'>;
  /** True when nothing is broken. */
  readonly whole: boolean;
}

/** What can be read of a source, and of its token. */
export interface ReadableSource extends ReadableEntry<SourceEntry> {
  readonly jwt: ReadableEntry<JwtEntry> | undefined;
}

/** What can be read of a policy, and of each of its matchers. */
export interface ReadablePolicy extends ReadableEntry<PolicyEntry> {
  readonly match: readonly (MatcherEntry | undefined)[];
  readonly passive: readonly (PassiveEntry | undefined)[];
}

const MERGE_KEY_HINT = 'YAML 1.2 has no merge keys: write the keys out';

type Issue = z.core.$ZodIssue;

/** Checks the structure: keys, types, spellings. */
export function checkSchema(value: unknown, report: Report): DraftFile {
  const whole = policyFileSchema.safeParse(value);
  if (whole.success) {
    const { sources, policies, ...settings } = whole.data;
    return {
      sources,
      policies,
      readableSources: sources.map((entry) => ({
        entry,
        broken: NONE,
        jwt: entry.jwt && { entry: entry.jwt, broken: NONE },
      })),
      readablePolicies: policies.map((entry) => {
        const { match = [], passive = [] } = entry;
        return { entry, broken: NONE, match, passive };
      }),
      settings,
      whole: true,
    };
  }
  for (const issue of whole.error.issues) reportIssue(issue, value, [], report);
  const readableSources = listAt(value, ['sources'], FILE_LIMITS.sourcesMax).map((written) =>
    readableSource(written),
  );
  const readablePolicies = listAt(value, ['policies'], FILE_LIMITS.policiesMax).map((written) =>
    readablePolicy(written),
  );
  return {
    sources: readableSources.map(wholeEntry),
    policies: readablePolicies.map(wholeEntry),
    readableSources,
    readablePolicies,
    settings: {
      version: 1,
      ambiguous_paths: valueAt(value, ['ambiguous_paths']) === 'literal' ? 'literal' : 'strictest',
      host_ports: valueAt(value, ['host_ports']) === 'ignored' ? 'ignored' : undefined,
    },
    whole: false,
  };
}

const NONE: ReadonlySet<string> = new Set();

const SOURCE: EntryReader<SourceEntry> = {
  schema: sourceSchema,
  keys: knownKeysAt(['sources', 0]),
  standIns: { name: 'unnamed' },
};
const JWT: EntryReader<JwtEntry> = {
  schema: jwtSchema,
  keys: knownKeysAt(['sources', 0, 'jwt']),
  standIns: { issuer: 'unknown', audience: 'unknown' },
};
const POLICY: EntryReader<PolicyEntry> = {
  schema: policySchema,
  keys: knownKeysAt(['policies', 0]),
  standIns: { name: 'unnamed' },
};

function readableSource(written: unknown): ReadableSource | undefined {
  const readable = readableEntry(written, SOURCE);
  if (readable === undefined) return undefined;
  const jwt = readableEntry(valueAt(written, ['jwt']), JWT);
  return { ...readable, jwt };
}

function readablePolicy(written: unknown): ReadablePolicy | undefined {
  const readable = readableEntry(written, POLICY);
  if (readable === undefined) return undefined;
  const matchers = <Entry>(list: string, schema: z.ZodType<Entry>) =>
    listAt(written, [list], FILE_LIMITS.matchersMax).map((one) => schema.safeParse(one).data);
  const match = matchers('match', matcherSchema);
  const passive = matchers('passive', passiveMatcherSchema);
  return { ...readable, match, passive };
}

function wholeEntry<Entry>(readable: ReadableEntry<Entry> | undefined): Entry | undefined {
  return readable?.broken.size === 0 ? readable.entry : undefined;
}

function listAt(value: unknown, path: readonly PathStep[], max: number): readonly unknown[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.slice(0, max) : [];
}

function reportIssue(
  issue: Issue,
  value: unknown,
  base: readonly PathStep[],
  report: Report,
): void {
  const path = [...base, ...(issue.path as PathStep[])];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, FILE_LIMITS.problemsMax + 1)) {
      const hint = key === '<<' ? MERGE_KEY_HINT : suggestion(key, knownKeysAt(path));
      report([...path, key], 'is not a known key', hint, 'key');
    }
    return;
  }
  const found = valueAt(value, path);
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((errors) => errors.every((error) => fitsBranch(error)));
    if (branch === undefined || branch.length === 0) complain(issue, found, path, report);
    else for (const error of branch) reportIssue(error, value, path, report);
    return;
  }
  complain(issue, found, path, report);
}

/** Whether an error is from the branch that has the type of the value: the others would mislead. */
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

/** Our own text, or the library's text in the words of YAML. */
function wordsOf(issue: Issue): string {
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  if (issue.code !== 'invalid_type') return 'has an unexpected value';
  return issue.expected === 'object' || issue.expected === 'record'
    ? 'expected a map'
    : `expected ${issue.expected === 'array' ? 'a list' : issue.expected}`;
}

/** What a file has at this place; undefined where it has nothing. */
export function valueAt(value: unknown, path: readonly PathStep[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step))
      return undefined;
    found = (found as Record<PathStep, unknown>)[step];
  }
  return found;
}
