import { readWholeFile } from '../files/read-file.ts';
import { expiryOf, readsSessions } from '../policy/build/build-policy.ts';
import { compareFiles } from '../policy/compare-files.ts';
import type { Problem } from '../policy/file/problem.ts';
import type { LoadedPolicies } from '../policy/loaded-policies.ts';
import { parsePolicyFile } from '../policy/parse-policy-file.ts';
import type { CheckedFile, CheckedPolicy } from './checked-file.ts';
import { checkedJson, checkedText } from './checked-file.ts';
import type { CommandIo } from './command-io.ts';
import { keyFileWarnings } from './key-file-warnings.ts';
import { problemText } from './problem-text.ts';

/** The flags of `curfew check-config`. */
export interface CheckConfigFlags {
  /** The path of a file to compare with. */
  readonly before?: string;
  readonly json: boolean;
}

/** A file as it was named and read. */
interface NamedText {
  /** As messages name it. */
  readonly file: string;
  readonly text: string;
}

const STANDARD_INPUT = '-';
const USAGE_FAULT = 2;

/**
 * `curfew check-config FILE`: everything that is wrong with a policy file, each with
 * file:line:column and a hint; and what differs in effect from another file.
 * @param path `-` is standard input
 * @returns the exit code: 0 when the file is good (with or without warnings), else 2
 */
export async function runCheckConfig(
  path: string,
  flags: CheckConfigFlags,
  io: CommandIo,
): Promise<number> {
  if (path === STANDARD_INPUT && flags.before === STANDARD_INPUT) {
    io.err('curfew: only one of the two files can be standard input\n');
    return USAGE_FAULT;
  }
  let before: LoadedPolicies | undefined;
  if (flags.before !== undefined) {
    before = await readPolicies(flags.before, io);
    if (before === undefined) return USAGE_FAULT;
  }
  const read = await readText(path, io);
  if (read === undefined) return USAGE_FAULT;
  const checked = await check(read, before);
  if (flags.json) io.out(checkedJson(checked));
  else {
    const { out, err } = checkedText(checked);
    if (err !== '') io.err(err);
    if (out !== '') io.out(out);
  }
  return checked.problems.length === 0 ? 0 : USAGE_FAULT;
}

async function check(
  { file, text }: NamedText,
  before: LoadedPolicies | undefined,
): Promise<CheckedFile> {
  const parsed = parsePolicyFile(text, file);
  const ofKeyFiles = await keyFileWarnings(file, text);
  const warnings = [...parsed.warnings, ...ofKeyFiles].toSorted(byPlace);
  if (parsed.kind === 'problems') {
    const { problems } = parsed;
    const nothing = { notes: [], sourceCount: 0, policies: [], changes: undefined };
    return { file, problems, starts: false, warnings, ...nothing };
  }
  const { policies, assumptions, notes } = parsed;
  return {
    file,
    problems: assumptions,
    starts: true,
    warnings,
    notes,
    sourceCount: policies.sources.length,
    policies: policiesOf(policies),
    changes: before === undefined ? undefined : compareFiles(before, policies),
  };
}

function byPlace(one: Problem, other: Problem): number {
  return one.line - other.line || one.column - other.column;
}

function policiesOf({ file, sources, policies }: LoadedPolicies): readonly CheckedPolicy[] {
  const expiry = expiryOf(file.policies, sources);
  return policies.map(({ name, session }, i) => ({
    name,
    expiry: (readsSessions(session) ? expiry[i] : undefined) ?? new Map(),
  }));
}

/** The policies of the file to compare with. If it cannot be used, says why. */
async function readPolicies(path: string, io: CommandIo): Promise<LoadedPolicies | undefined> {
  const read = await readText(path, io);
  if (read === undefined) return undefined;
  const parsed = parsePolicyFile(read.text, read.file);
  if (parsed.kind === 'ok') return parsed.policies;
  for (const problem of parsed.problems) io.err(problemText(problem));
  return undefined;
}

async function readText(path: string, io: CommandIo): Promise<NamedText | undefined> {
  if (path === STANDARD_INPUT) {
    try {
      return { file: '<stdin>', text: await io.readInput() };
    } catch (error) {
      io.err(`${error instanceof Error ? error.message : 'standard input cannot be read'}\n`);
      return undefined;
    }
  }
  const reading = await readWholeFile(path);
  if (reading.kind === 'content') return { file: path, text: reading.text };
  io.err(`${reading.why}\n`);
  return undefined;
}
